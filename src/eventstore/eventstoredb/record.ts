import type { RecordedEvent } from '@eventstore/db-client'
import { type JsonObject, type Position, StoreUnavailable, type StoredRecord } from '../port.ts'

/** What the server sends for a position it does not know, in all versions: the largest unsigned 64-bit number. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn

/**
 * @returns the record, or `undefined` for one that is not a fact: of the store itself (`$…`), or not a JSON object and so
 * written by something else
 * @throws StoreUnavailable when the server is too old to tell positions
 */
export function recordOf(event: RecordedEvent): StoredRecord | undefined {
  if (event.type.startsWith('$') || event.streamId.startsWith('$')) return undefined
  if (!event.isJson || !isObject(event.data)) return undefined
  return {
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
    id: event.id,
    type: event.type,
    data: event.data,
    metadata: isObject(event.metadata) ? event.metadata : {},
    created: event.created,
  }
}

/** @returns the commit position; one record is one commit since version 20, so it is unique and grows. */
export function positionOf(event: Pick<RecordedEvent, 'position'>): Position {
  const position = event.position?.commit
  if (position === undefined || position === NO_POSITION) {
    throw new StoreUnavailable(
      'EventStoreDB does not tell the position of a fact in its stream: 22.6 or later is needed',
    )
  }
  return position
}

function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
