import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { encodeAppend } from '../eventstore/encode.ts'
import { ContentDigest, factSchema, headerSchema, trailerSchema, type Moved } from './fact-line.ts'

/** A file that is not a whole and sound export; the message names the line. */
export class BadExport extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadExport'
  }
}

export interface Checked {
  readonly facts: number
  readonly digest: string
  /** Facts with a sealed part. */
  readonly sealed: number
}

/** @param file an export; `.gz` is unpacked */
async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  const raw = createReadStream(file)
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  // An error of the file does not end what it is piped into.
  raw.on('error', (error) => input.destroy(error))
  for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line
}

/**
 * Reads an export to its end without writing anything: form and checksum, each line, and that every stream is complete
 * from its first revision on.
 * @throws BadExport naming the first line that is wrong
 */
export async function checkExport(file: string, signal: AbortSignal): Promise<Checked> {
  const bytes = createHash('sha256')
  const digest = new ContentDigest()
  const next = new Map<string, number>()
  let number = 0
  let sealed = 0
  let trailer: z.infer<typeof trailerSchema> | undefined
  for await (const line of linesOf(file)) {
    signal.throwIfAborted()
    number += 1
    if (trailer !== undefined) throw new BadExport(`line ${String(number)}: something follows the end`)
    if (number === 1) parseLine(headerSchema, line, number, 'is not the header of an export')
    else if (line.startsWith('{"end":'))
      trailer = parseLine(trailerSchema, line, number, 'is not a valid end')
    else {
      const fact = parseFact(line, number)
      checkRevision(next, fact, number)
      digest.add(fact)
      if ('$sealed' in fact.data) sealed += 1
    }
    if (trailer === undefined) bytes.update(`${line}\n`)
  }
  if (trailer === undefined) throw new BadExport('the file ends before its last line: it is not whole')
  const found = { facts: digest.count, digest: digest.hex(), sha256: bytes.digest('hex') }
  if (trailer.sha256 !== found.sha256 || trailer.facts !== found.facts || trailer.digest !== found.digest)
    throw new BadExport('the checksum at the end is that of another content: the file was changed')
  return { ...found, sealed }
}

/** Facts of an export that `checkExport` found sound, in pages. */
export async function* factsIn(
  file: string,
  pageSize = 2_000,
): AsyncGenerator<readonly Moved[], void, undefined> {
  let page: Moved[] = []
  let number = 0
  for await (const line of linesOf(file)) {
    number += 1
    if (number === 1 || line.startsWith('{"end":')) continue
    page.push(parseFact(line, number))
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

function parseFact(line: string, number: number): Moved {
  const { stream, revision, id, type, data, metadata } = parseLine(factSchema, line, number, 'is not a fact')
  const fact = { stream, revision, id, type, data, metadata }
  try {
    encodeAppend(stream, 'any', [fact])
  } catch (error) {
    throw new BadExport(
      `line ${String(number)}: ${error instanceof Error ? error.message : 'cannot be stored'}`,
    )
  }
  return fact
}

function checkRevision(next: Map<string, number>, { stream, revision }: Moved, number: number): void {
  const expected = next.get(stream) ?? 0
  if (revision !== expected) {
    throw new BadExport(
      `line ${String(number)}: ${stream} goes on with revision ${String(revision)} where ${String(expected)} is due`,
    )
  }
  next.set(stream, expected + 1)
}

function parseLine<T extends z.ZodType>(
  schema: T,
  line: string,
  number: number,
  complaint: string,
): z.output<T> {
  try {
    return schema.parse(JSON.parse(line))
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
        : String(error)
    throw new BadExport(`line ${String(number)} ${complaint} (${reason})`)
  }
}
