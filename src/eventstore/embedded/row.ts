import type { JsonObject, StoredRecord } from '../port.ts'

/**
 * The columns of a stored record, in the order of `RecordRow`, of a table called `e`. Rows come as arrays, so that the
 * driver builds no objects; `date_part` gives a float8, which is cheaper than the numeric of `extract`.
 */
export const RECORD_COLUMNS =
  "e.position, e.stream, e.revision, e.id, e.type, e.data, e.metadata, date_part('epoch', e.created) * 1000"

/** `bigint` comes as text from the driver. */
export type RecordRow = [
  position: string,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
  createdMs: number,
]

/** @returns the record of a row; `JSON.parse` of what `JSON.stringify` wrote, so it is deep-equal to what came in. */
export function recordOf(row: RecordRow): StoredRecord {
  const [position, stream, revision, id, type, data, metadata, createdMs] = row
  return {
    stream,
    revision,
    position: BigInt(position),
    id,
    type,
    data: JSON.parse(data) as JsonObject,
    metadata: JSON.parse(metadata) as JsonObject,
    created: new Date(Math.round(createdMs)),
  }
}
