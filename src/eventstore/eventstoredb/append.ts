import { jsonEvent, WrongExpectedVersionError } from '@eventstore/db-client'
import {
  type AppendResult,
  type ExpectedRevision,
  type NewRecord,
  type Position,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../port.ts'
import type { Connection } from './connection.ts'
import { appendError, isMissing, isTransient, revisionOf } from './errors.ts'
import { ATTEMPTS, pause } from './persistence.ts'
import { eventsOf } from './reads.ts'
import { positionOf } from './record.ts'

/** Others that may append between looking for the facts and appending them, before it counts as an attempt. */
const OVERTAKEN = 20

/**
 * Appends, and as long as it is in doubt whether that happened, finds out and appends again. With an exact revision the
 * server itself knows a retry by the ids of the facts. Without one it only remembers recent ids, and forgets them when it
 * restarts: then the stream is searched for them first, and they are appended after the revision it was searched up to.
 */
export async function append(
  connection: Connection,
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): Promise<AppendResult> {
  let believed = expected
  let overtaken = 0
  for (let attempt = 1; ;) {
    try {
      if (attempt > 1 && typeof expected !== 'number' && expected !== 'no_stream') {
        const earlier = await searchFor(connection, stream, expected, records)
        if (earlier.result !== undefined) return earlier.result
        believed = earlier.last
      }
      return await once(connection, stream, believed, records)
    } catch (error) {
      if (believed !== expected && isConflict(error) && overtaken < OVERTAKEN) {
        overtaken += 1
        continue
      }
      if (!isTransient(error) || attempt === ATTEMPTS) throw appendError(stream, expected, error)
    }
    await pause(attempt)
    attempt += 1
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof WrongExpectedVersionError || error instanceof WrongExpectedRevision
}

async function once(
  connection: Connection,
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): Promise<AppendResult> {
  const events = records.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata }))
  const expectedRevision = typeof expected === 'number' ? BigInt(expected) : expected
  const result = await connection.client.appendToStream(stream, events, { expectedRevision })
  if (!result.success) {
    // With `throwOnAppendFailure=false` in the address a conflict is an answer, not an error.
    throw new WrongExpectedRevision(stream, expected, revisionOf(result.nextExpectedRevision))
  }
  const revision = result.nextExpectedRevision
  const position = result.position?.commit ?? (await readPosition(connection, stream, revision))
  return { revision: Number(revision), position }
}

/** For the servers that answer a retry without the position. */
async function readPosition(connection: Connection, stream: string, revision: bigint): Promise<Position> {
  for await (const { event } of eventsOf(connection, stream, { from: revision, limit: 1 })) {
    if (event !== undefined) return positionOf(event)
  }
  throw new StoreUnavailable(
    `${stream} has no fact at revision ${String(revision)}, where one was just written`,
  )
}

interface Search {
  /** Where the facts are, when they are there. */
  readonly result?: AppendResult
  /** What the stream was searched up to. */
  readonly last: number | 'no_stream'
}

/** @throws WrongExpectedRevision when only some of the facts are there, or the stream has to exist and does not */
async function searchFor(
  connection: Connection,
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): Promise<Search> {
  const missing = new Set(records.map(({ id }) => id.toLowerCase()))
  let last: number | 'no_stream' = 'no_stream'
  let result: AppendResult | undefined
  try {
    for await (const { event } of eventsOf(connection, stream, { backwards: true })) {
      if (event === undefined) continue
      if (last === 'no_stream') last = Number(event.revision)
      if (!missing.delete(event.id)) continue
      // Backwards, so the first one found is the last one written.
      result ??= { revision: Number(event.revision), position: positionOf(event) }
      if (missing.size === 0) return { result, last }
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  if (result !== undefined || (expected === 'stream_exists' && last === 'no_stream')) {
    throw new WrongExpectedRevision(stream, expected, last)
  }
  return { last }
}
