import { setTimeout as sleep } from 'node:timers/promises'
import { type EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import {
  type AppendResult,
  type ExpectedRevision,
  type NewRecord,
  type Position,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../port.ts'
import { appendError, isTransient, revisionOf } from './errors.ts'
import { eventsOf } from './reads.ts'
import { positionOf } from './record.ts'

/** Most attempts of one append, each with the deadline of the connection (10 s by default). */
const ATTEMPTS = 4
const LONGEST_WAIT_MS = 2_000

/**
 * Appends, and as long as it is in doubt whether that happened, appends the same records again: the server answers a
 * retry as the first time by their ids.
 */
export async function append(
  client: EventStoreDBClient,
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): Promise<AppendResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(client, stream, expected, records)
    } catch (error) {
      if (error instanceof WrongExpectedRevision) throw error
      if (!isTransient(error) || attempt === ATTEMPTS) throw appendError(stream, expected, error)
      await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 50 * 4 ** attempt))
    }
  }
}

async function once(
  client: EventStoreDBClient,
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): Promise<AppendResult> {
  const events = records.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata }))
  const expectedRevision = typeof expected === 'number' ? BigInt(expected) : expected
  const result = await client.appendToStream(stream, events, { expectedRevision })
  if (!result.success) {
    // With `throwOnAppendFailure=false` in the address a conflict is an answer, not an error.
    throw new WrongExpectedRevision(stream, expected, revisionOf(result.nextExpectedRevision))
  }
  const revision = result.nextExpectedRevision
  const position = result.position?.commit ?? (await readPosition(client, stream, revision))
  return { revision: Number(revision), position }
}

/** For the servers that answer a retry without the position. */
async function readPosition(client: EventStoreDBClient, stream: string, revision: bigint): Promise<Position> {
  for await (const { event } of eventsOf(client, stream, { from: revision, limit: 1 })) {
    if (event !== undefined) return positionOf(event)
  }
  throw new StoreUnavailable(
    `${stream} has no fact at revision ${String(revision)}, where one was just written`,
  )
}
