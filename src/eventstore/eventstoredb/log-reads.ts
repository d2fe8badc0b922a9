import { type LogFilter, type Position, StoreUnavailable, type StoredRecord } from '../port.ts'
import type { Connection } from './connection.ts'
import type { Head } from './head.ts'
import { readingOn } from './persistence.ts'
import { subscribe } from './subscribe.ts'

interface LogRead {
  readonly after: Position
  readonly filter: LogFilter | undefined
  readonly pageSize: number
  readonly signal: AbortSignal
}

/**
 * The log after a position, up to its last fact, in pages. The client's own read of `$all` cannot filter; a subscription
 * can, and is left when it has come to the end.
 */
export async function* logPages(
  connection: Connection,
  head: Head,
  { after, filter, pageSize, signal }: LogRead,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  let upTo = after
  let page: StoredRecord[] = []
  const begin = () => recordsUpToHead(connection, head, { after: upTo, filter, signal })
  for await (const record of readingOn(begin)) {
    upTo = record.position
    page.push(record)
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function* recordsUpToHead(
  connection: Connection,
  head: Head,
  { after, filter, signal }: Omit<LogRead, 'pageSize'>,
): AsyncGenerator<StoredRecord, void, undefined> {
  const last = await head.read(connection)
  if (after >= last) return
  const wanted = filter === undefined ? {} : { filter }
  for await (const batch of subscribe(connection, { after, signal, ...wanted })) {
    for (const message of batch) {
      if (message.kind === 'fact') yield message.record
      const position = message.kind === 'fact' ? message.record.position : message.position
      if (message.kind === 'caught_up' || position >= last) return
    }
  }
  throw new StoreUnavailable('EventStoreDB dropped the read of the log before its end')
}
