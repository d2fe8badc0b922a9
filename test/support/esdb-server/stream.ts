import { type Expected, Refused } from './refused.ts'
import type { LogRecord } from './server-log.ts'

/** As EventStoreDB numbers the record that ends a stream for ever, and truncates a stream that is deleted for now. */
export const TOMBSTONE = 2n ** 63n - 1n

/** What `$$<stream>` says of a stream; only what changes reads is listed. */
export interface Metadata {
  readonly $maxCount?: number
  /** Seconds. */
  readonly $maxAge?: number
  /** Revisions before this one are gone. */
  readonly $tb?: number | string
}

/** @returns the metadata that a `$metadata` record carries, none when it cannot be read */
export function metadataOf(record: LogRecord): Metadata {
  try {
    return JSON.parse(Buffer.from(record.data).toString('utf8')) as Metadata
  } catch {
    return {}
  }
}

/** One stream: all that was ever written to it, and how much of that is still told. */
export class Stream {
  readonly name: string
  metadata: Metadata = {}
  tombstoned = false
  readonly #records: LogRecord[] = []
  #deletedUpTo = -1n

  constructor(name: string) {
    this.name = name
  }

  /** Revision of the last record ever written, -1 when there is none. */
  get last(): bigint {
    return BigInt(this.#records.length - 1)
  }

  get exists(): boolean {
    return !this.tombstoned && this.last > this.#deletedUpTo
  }

  at(revision: bigint): LogRecord | undefined {
    return this.#records[Number(revision)]
  }

  add(record: LogRecord): void {
    this.#records.push(record)
  }

  /** First revision that a reader is given, whatever is missing after it because of its age. */
  get first(): bigint {
    const { $maxCount, $tb = 0 } = this.metadata
    const byCount = $maxCount === undefined ? 0n : this.last + 1n - BigInt($maxCount)
    const truncated = BigInt($tb)
    const bounds = [this.#deletedUpTo + 1n, byCount, truncated === TOMBSTONE ? 0n : truncated]
    return bounds.reduce((most, bound) => (bound > most ? bound : most), 0n)
  }

  isVisible(revision: bigint): boolean {
    const record = this.at(revision)
    if (record === undefined || this.tombstoned || revision < this.first) return false
    const { $maxAge } = this.metadata
    return $maxAge === undefined || Date.now() - record.created.getTime() <= $maxAge * 1_000
  }

  /** Whoever writes to it again goes on counting after the revisions that are gone. */
  softDelete(): void {
    this.#deletedUpTo = this.last
  }

  /** @throws Refused */
  assertExpected(expected: Expected): void {
    const { exists, last } = this
    const holds =
      expected === 'any' ||
      (expected === 'no stream' && !exists) ||
      (expected === 'stream exists' && exists) ||
      expected === last
    if (holds) return
    throw new Refused({ kind: 'wrong expected version', stream: this.name, expected, actual: last })
  }
}
