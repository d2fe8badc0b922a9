import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JsonObject, StoredRecord } from '../eventstore/port.ts'

/** What of a record is the same wherever the log is kept: everything but its position and when a store took it in. */
export type Moved = Omit<StoredRecord, 'position' | 'created'>

/** One text for one content: what is compared, and what digests are made of. */
export function contentOf({ stream, revision, id, type, data, metadata }: Moved): string {
  return JSON.stringify([stream, revision, id.toLowerCase(), type, data, metadata])
}

/** SHA-256 of the contents of records, in their order: equal for two logs that say the same. */
export class ContentDigest {
  readonly #hash = createHash('sha256')
  #count = 0

  add(record: Moved): void {
    this.#hash.update(contentOf(record)).update('\n')
    this.#count += 1
  }

  get count(): number {
    return this.#count
  }

  /** Once, at the end. */
  hex(): string {
    return this.#hash.digest('hex')
  }
}

export const FORMAT = 'guestguard-log'
export const FORMAT_VERSION = 1

/** First line of an export. */
export const headerSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  createdAt: z.iso.datetime(),
  note: z.string(),
})

const jsonObject = z.record(z.string(), z.json()).transform((value) => value as JsonObject)

/** A line for each fact, in the order of the log. */
export const factSchema = z.strictObject({
  /** Of the log that was exported; the log that takes it in gives positions of its own. */
  position: z.string().regex(/^\d+$/),
  stream: z.string(),
  revision: z.int().min(0),
  id: z.uuid(),
  type: z.string(),
  data: jsonObject,
  metadata: jsonObject,
  created: z.iso.datetime(),
})

/** Last line. A file without it is not whole. */
export const trailerSchema = z.strictObject({
  end: z.literal(true),
  facts: z.int().min(0),
  /** Of the contents, see `ContentDigest`. */
  digest: z.string(),
  /** SHA-256 of all bytes before this line. */
  sha256: z.string(),
})

export function lineOf({
  position,
  stream,
  revision,
  id,
  type,
  data,
  metadata,
  created,
}: StoredRecord): string {
  return JSON.stringify({
    position: String(position),
    stream,
    revision,
    id,
    type,
    data,
    metadata,
    created: created.toISOString(),
  })
}
