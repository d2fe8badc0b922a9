import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  FORWARDS,
  type ResolvedEvent,
  START,
} from '@eventstore/db-client'
import {
  type Position,
  type ReadStreamOptions,
  StoreUnavailable,
  type StoredRecord,
  type StreamSlice,
} from '../port.ts'
import type { Connection } from './connection.ts'
import { isMissing, unavailable } from './errors.ts'
import { recordOf } from './record.ts'

/** What the client gives for a read, of whatever it reads. */
interface Reading<T> extends AsyncIterable<T> {
  on(event: 'error', listener: () => void): unknown
  destroy(error: Error): unknown
  cancel(): Promise<void>
}

interface StreamRead {
  readonly from?: number | bigint | undefined
  readonly backwards?: boolean
  readonly limit?: number | undefined
  readonly resolveLinks?: boolean
}

/** @returns the events of one stream. @throws StoreUnavailable, or what `isMissing` knows */
export function eventsOf(
  { client, deadlineMs }: Connection,
  stream: string,
  { from, backwards = false, limit, resolveLinks = false }: StreamRead,
): AsyncGenerator<ResolvedEvent, void, undefined> {
  const reading = client.readStream(stream, {
    fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
    direction: backwards ? BACKWARDS : FORWARDS,
    ...(limit === undefined ? {} : { maxCount: limit }),
    resolveLinkTos: resolveLinks,
  })
  return consume(reading, deadlineMs)
}

/** @returns the records of the log before a position, the last one first, those of the server among them. */
export function logBackwards(
  { client, deadlineMs }: Connection,
  before: Position | undefined,
  limit: number,
): AsyncGenerator<AllStreamResolvedEvent, void, undefined> {
  const fromPosition = before === undefined ? END : { commit: before, prepare: before }
  return consume(client.readAll({ direction: BACKWARDS, fromPosition, maxCount: limit }), deadlineMs)
}

/**
 * Ends a reading that the server leaves without an answer: the client gives reads no deadline. Cancels it when the consumer
 * leaves early: the client itself would let the server go on sending, and keep the call for ever.
 */
async function* consume<T>(reading: Reading<T>, deadlineMs: number): AsyncGenerator<T, void, undefined> {
  // An error that comes after the consumer has left would find no listener and end the process.
  reading.on('error', () => undefined)
  let waitingSince: number | undefined = performance.now()
  const watch = setInterval(() => {
    if (waitingSince === undefined || performance.now() - waitingSince < deadlineMs) return
    reading.destroy(
      new StoreUnavailable(`EventStoreDB did not answer a read within ${String(deadlineMs)} ms`),
    )
    void reading.cancel().catch(() => undefined)
  }, deadlineMs / 4)
  let finished = false
  try {
    for await (const event of reading) {
      waitingSince = undefined
      yield event
      waitingSince = performance.now()
    }
    finished = true
  } catch (error) {
    finished = true
    throw isMissing(error) ? error : unavailable(error)
  } finally {
    clearInterval(watch)
    if (!finished) await reading.cancel()
  }
}

/** A slice of a stream; a missing or tombstoned one does not exist. */
export async function readStream(
  connection: Connection,
  stream: string,
  { from, direction = 'forwards', limit }: ReadStreamOptions,
): Promise<StreamSlice> {
  const backwards = direction === 'backwards'
  try {
    const records: StoredRecord[] = []
    let count = 0
    for await (const { event } of eventsOf(connection, stream, { from, backwards, limit })) {
      const record = event === undefined ? undefined : recordOf(event)
      if (record !== undefined) records.push(record)
      count += 1
    }
    const toTheEnd = backwards ? from === undefined : limit === undefined || count < limit
    const last = backwards ? records[0] : records.at(-1)
    const lastRevision =
      toTheEnd && last !== undefined ? last.revision : await readLastRevision(connection, stream)
    return { exists: true, records, lastRevision }
  } catch (error) {
    if (isMissing(error)) return { exists: false }
    throw error
  }
}

/** @throws what `isMissing` knows */
async function readLastRevision(connection: Connection, stream: string): Promise<number> {
  for await (const { event } of eventsOf(connection, stream, { backwards: true, limit: 1 })) {
    if (event !== undefined) return Number(event.revision)
  }
  return -1
}
