import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type ResolvedEvent,
  START,
} from '@eventstore/db-client'
import {
  BEGINNING,
  type Position,
  type ReadStreamOptions,
  type StoredRecord,
  type StreamSlice,
} from '../port.ts'
import { isMissing, unavailable } from './errors.ts'
import { positionOf, recordOf } from './record.ts'

/** What the client gives for a read, of whatever it reads. */
interface Reading<T> extends AsyncIterable<T> {
  on(event: 'error', listener: () => void): unknown
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
  client: EventStoreDBClient,
  stream: string,
  { from, backwards = false, limit, resolveLinks = false }: StreamRead,
): AsyncGenerator<ResolvedEvent, void, undefined> {
  return consume(
    client.readStream(stream, {
      fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
      direction: backwards ? BACKWARDS : FORWARDS,
      ...(limit === undefined ? {} : { maxCount: limit }),
      resolveLinkTos: resolveLinks,
    }),
  )
}

/**
 * Cancels the reading when the consumer leaves early: the client itself would let the server go on sending, and keep
 * the call for ever.
 */
async function* consume<T>(reading: Reading<T>): AsyncGenerator<T, void, undefined> {
  // An error that comes after the consumer has left would find no listener and end the process.
  reading.on('error', () => undefined)
  let finished = false
  try {
    for await (const event of reading) yield event
    finished = true
  } catch (error) {
    finished = true
    throw isMissing(error) ? error : unavailable(error)
  } finally {
    if (!finished) await reading.cancel()
  }
}

/** A slice of a stream; a missing or tombstoned one does not exist. */
export async function readStream(
  client: EventStoreDBClient,
  stream: string,
  { from, direction = 'forwards', limit }: ReadStreamOptions,
): Promise<StreamSlice> {
  const backwards = direction === 'backwards'
  try {
    const records: StoredRecord[] = []
    let count = 0
    for await (const { event } of eventsOf(client, stream, { from, backwards, limit })) {
      const record = event === undefined ? undefined : recordOf(event)
      if (record !== undefined) records.push(record)
      count += 1
    }
    const toTheEnd = backwards ? from === undefined : limit === undefined || count < limit
    const last = backwards ? records[0] : records.at(-1)
    const lastRevision =
      toTheEnd && last !== undefined ? last.revision : await readLastRevision(client, stream)
    return { exists: true, records, lastRevision }
  } catch (error) {
    if (isMissing(error)) return { exists: false }
    throw error
  }
}

/** @throws what `isMissing` knows */
async function readLastRevision(client: EventStoreDBClient, stream: string): Promise<number> {
  for await (const { event } of eventsOf(client, stream, { backwards: true, limit: 1 })) {
    if (event !== undefined) return Number(event.revision)
  }
  return -1
}

/**
 * A category, through the links that the system projection `$by_category` keeps in `$ce-<category>`. A link whose
 * stream was tombstoned or scavenged has no event and is skipped.
 */
export async function* categoryPages(
  client: EventStoreDBClient,
  category: string,
  after: Position,
  pageSize: number,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  const stream = `$ce-${category}`
  try {
    const from = after === BEGINNING ? 0n : await firstLinkAfter(client, stream, after)
    let page: StoredRecord[] = []
    for await (const { event } of eventsOf(client, stream, { from, resolveLinks: true })) {
      const record = event === undefined ? undefined : recordOf(event)
      if (record === undefined || record.position <= after) continue
      page.push(record)
      if (page.length < pageSize) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/**
 * Links are numbered, facts are sought by position: bisects the links, which are in the order of their facts, so that
 * going on after a position costs some twenty reads of one link, not a read of the history before it.
 * @returns a number at or before that of the first link to a fact after `after`
 */
async function firstLinkAfter(client: EventStoreDBClient, stream: string, after: Position): Promise<bigint> {
  let low = 0n
  let high = BigInt((await lastLink(client, stream)) + 1)
  // At most 100 links more are read than needed: cheaper than the last seven steps.
  while (high - low > 100n) {
    const middle = (low + high) / 2n
    const next = await firstFactFrom(client, stream, middle, high)
    if (next === undefined || next.position > after) high = middle
    else low = next.link + 1n
  }
  return low
}

async function lastLink(client: EventStoreDBClient, stream: string): Promise<number> {
  for await (const { link } of eventsOf(client, stream, { backwards: true, limit: 1, resolveLinks: true })) {
    if (link !== undefined) return Number(link.revision)
  }
  return -1
}

/** @returns the first link from `from` and before `to` that leads to a fact. */
async function firstFactFrom(client: EventStoreDBClient, stream: string, from: bigint, to: bigint) {
  for await (const { event, link } of eventsOf(client, stream, {
    from,
    limit: Number(to - from),
    resolveLinks: true,
  })) {
    if (event !== undefined && link !== undefined) return { position: positionOf(event), link: link.revision }
  }
  return undefined
}

/** @returns the position of the last record of the log, which may be one of the server itself. */
export async function readHead(client: EventStoreDBClient): Promise<Position> {
  const last = consume(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
  for await (const { event } of last) if (event !== undefined) return event.position.commit
  return BEGINNING
}
