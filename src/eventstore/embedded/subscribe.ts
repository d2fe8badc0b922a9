import { isAborted } from '../is-aborted.ts'
import type { LogFilter, Position, StoredRecord, SubscriptionMessage } from '../port.ts'
import type { Connections } from './connection.ts'
import { FILTER_WINDOW, readWindow, wants } from './log-reader.ts'
import { recordOf } from './row.ts'
import type { Tail } from './tail.ts'

/** Most facts of one batch of messages. */
const BATCH = 500

interface Subscription {
  readonly connections: Connections
  readonly tail: Tail
  readonly after: Position
  readonly filter: LogFilter | undefined
  readonly signal: AbortSignal
}

/**
 * Follows the log from `after`: from the database as long as the tail does not reach back to where this subscription
 * is, then from the tail. Every batch ends with a checkpoint.
 */
export async function* follow({
  connections,
  tail,
  after,
  filter,
  signal,
}: Subscription): AsyncGenerator<readonly SubscriptionMessage[], void, undefined> {
  let cursor = after
  let live = false
  while (!signal.aborted) {
    if (cursor >= tail.head) {
      if (!live) yield [{ kind: 'caught_up', position: cursor }]
      live = true
      // Asked again after the yield: the head may have moved while the consumer was at work.
      if (cursor >= tail.head) await tail.changed(signal)
      continue
    }
    const recent = tail.slice(cursor, BATCH)
    if (recent === undefined) live = false
    const step =
      recent === undefined
        ? await fromDatabase(connections, cursor, tail.head, filter)
        : fromTail(recent, cursor, filter)
    cursor = step.upTo
    for (let i = 0; i < step.records.length; i += BATCH) {
      if (isAborted(signal)) return
      const records = step.records.slice(i, i + BATCH)
      const position = i + BATCH < step.records.length ? (records.at(-1)?.position ?? cursor) : cursor
      yield [...records.map(factOf), { kind: 'checkpoint', position }]
    }
    if (step.records.length === 0) yield [{ kind: 'checkpoint', position: cursor }]
  }
}

interface Step {
  readonly records: readonly StoredRecord[]
  /** Everything up to here is in `records` or not wanted. */
  readonly upTo: Position
}

async function fromDatabase(
  connections: Connections,
  after: Position,
  head: Position,
  filter: LogFilter | undefined,
): Promise<Step> {
  const most = filter === undefined ? BigInt(BATCH) : FILTER_WINDOW
  const upTo = after + most < head ? after + most : head
  return { records: (await readWindow(connections, after, upTo, filter)).map(recordOf), upTo }
}

function fromTail(recent: readonly StoredRecord[], after: Position, filter: LogFilter | undefined): Step {
  return { records: recent.filter((record) => wants(filter, record)), upTo: after + BigInt(recent.length) }
}

function factOf(record: StoredRecord): SubscriptionMessage {
  return { kind: 'fact', record }
}
