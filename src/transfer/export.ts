import { createHash } from 'node:crypto'
import type { EventStore, Position } from '../eventstore/port.ts'
import { ContentDigest, FORMAT, FORMAT_VERSION, lineOf } from './fact-line.ts'

export interface ExportOptions {
  readonly store: Pick<EventStore, 'readAll'>
  /** ISO 8601. */
  readonly createdAt: string
  readonly signal: AbortSignal
  /** Told after each page. */
  readonly onProgress?: (facts: number, position: Position) => void
}

export interface Exported {
  readonly facts: number
  readonly digest: string
  readonly sha256: string
}

const NOTE =
  'Personal data is sealed as it is in the log. The keys are not in this file: they come with guestguard backup.'

const PAGE_SIZE = 2_000

/**
 * The log as text, a page at a time: a header, a line for each fact as it is stored, a checksum. Nothing is opened.
 * Facts that are appended meanwhile are left out.
 */
export async function* exportLog(options: ExportOptions): AsyncGenerator<string, Exported, undefined> {
  const { store, createdAt, signal, onProgress } = options
  const bytes = createHash('sha256')
  const digest = new ContentDigest()
  const hashed = (text: string): string => {
    bytes.update(text)
    return text
  }
  const header = { format: FORMAT, version: FORMAT_VERSION, createdAt, note: NOTE }
  yield hashed(`${JSON.stringify(header)}\n`)
  for await (const page of store.readAll({ pageSize: PAGE_SIZE })) {
    signal.throwIfAborted()
    for (const record of page) digest.add(record)
    yield hashed(page.map((record) => `${lineOf(record)}\n`).join(''))
    onProgress?.(digest.count, page.at(-1)?.position ?? 0n)
  }
  const exported = { facts: digest.count, digest: digest.hex(), sha256: bytes.digest('hex') }
  yield `${JSON.stringify({ end: true, ...exported })}\n`
  return exported
}
