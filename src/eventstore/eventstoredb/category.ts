import { BEGINNING, type LogFilter, type Position, type StoredRecord } from '../port.ts'
import type { ByCategory } from './by-category.ts'
import type { Connection } from './connection.ts'
import { isMissing } from './errors.ts'
import { readingOn } from './persistence.ts'
import { eventsOf } from './reads.ts'
import { positionOf, recordOf } from './record.ts'

/** Reads the log after a position by a filter, up to its end. */
type ReadLog = (after: Position, filter: LogFilter) => AsyncIterable<readonly StoredRecord[]>

interface CategoryRead {
  readonly category: string
  readonly after: Position
  readonly pageSize: number
  readonly readLog: ReadLog
}

/**
 * A category, complete: first through the links in `$ce-<category>`, then, since the projection follows the log by some
 * milliseconds or does not run at all, through the log itself from where its links are certainly complete.
 */
export async function* categoryPages(
  connection: Connection,
  projection: ByCategory,
  read: CategoryRead,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  // Asked before the links are read: what is linked by then is seen.
  const linkedUpTo = await projection.linkedUpTo()
  let upTo = read.after
  let page: StoredRecord[] = []
  const facts = [linkedFacts, unlinkedFacts]
  for (const part of facts) {
    for await (const record of part(connection, { ...read, after: upTo }, linkedUpTo)) {
      if (record.position <= upTo) continue
      upTo = record.position
      page.push(record)
      if (page.length < read.pageSize) continue
      yield page
      page = []
    }
  }
  if (page.length > 0) yield page
}

/** A link whose stream was deleted or scavenged leads nowhere and is skipped. */
async function* linkedFacts(
  connection: Connection,
  { category, after }: CategoryRead,
): AsyncGenerator<StoredRecord, void, undefined> {
  const stream = `$ce-${category}`
  let from: bigint | undefined
  const begin = async function* () {
    from ??= after === BEGINNING ? 0n : await firstLinkAfter(connection, stream, after)
    yield* eventsOf(connection, stream, { from, resolveLinks: true })
  }
  try {
    for await (const { event, link } of readingOn(begin)) {
      if (link !== undefined) from = link.revision + 1n
      const record = event === undefined ? undefined : recordOf(event)
      if (record !== undefined) yield record
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** What was not linked yet. As with links, streams that are deleted are left out. */
async function* unlinkedFacts(
  connection: Connection,
  { category, after, readLog }: CategoryRead,
  linkedUpTo: Position,
): AsyncGenerator<StoredRecord, void, undefined> {
  const from = after > linkedUpTo ? after : linkedUpTo
  const gone = new Map<string, boolean>()
  for await (const page of readLog(from, { streamPrefixes: [`${category}-`] })) {
    for (const record of page) {
      if (!gone.has(record.stream)) gone.set(record.stream, await isGone(connection, record.stream))
      if (gone.get(record.stream) !== true) yield record
    }
  }
}

async function isGone(connection: Connection, stream: string): Promise<boolean> {
  try {
    for await (const _ of eventsOf(connection, stream, { backwards: true, limit: 1 })) return false
    return true
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}

/**
 * Links are numbered, facts are sought by position: bisects the links, which are in the order of their facts, so that
 * going on after a position costs some twenty reads of one link, not a read of the history before it.
 * @returns a number at or before that of the first link to a fact after `after`
 */
async function firstLinkAfter(connection: Connection, stream: string, after: Position): Promise<bigint> {
  let low = 0n
  let high = BigInt((await lastLink(connection, stream)) + 1)
  // At most 100 links more are read than needed: cheaper than the last seven steps.
  while (high - low > 100n) {
    const middle = (low + high) / 2n
    const next = await firstFactFrom(connection, stream, middle, high)
    if (next === undefined || next.position > after) high = middle
    else low = next.link + 1n
  }
  return low
}

async function lastLink(connection: Connection, stream: string): Promise<number> {
  const last = eventsOf(connection, stream, { backwards: true, limit: 1, resolveLinks: true })
  for await (const { link } of last) if (link !== undefined) return Number(link.revision)
  return -1
}

/** @returns the first link from `from` and before `to` that leads to a fact. */
async function firstFactFrom(connection: Connection, stream: string, from: bigint, to: bigint) {
  const limit = Number(to - from)
  for await (const { event, link } of eventsOf(connection, stream, { from, limit, resolveLinks: true })) {
    if (event !== undefined && link !== undefined) return { position: positionOf(event), link: link.revision }
  }
  return undefined
}
