import {
  type AllStreamSubscription,
  eventTypeFilter,
  type Filter,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { isAborted } from '../is-aborted.ts'
import {
  BEGINNING,
  type LogFilter,
  type Position,
  StoreUnavailable,
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../port.ts'
import { type Connection, connectionOfNow } from './connection.ts'
import { unavailable } from './errors.ts'
import { readEnd } from './head.ts'
import { Inbox } from './inbox.ts'

/** Records that the server looks at before it tells how far it is although none was wanted. */
const SEARCH_WINDOW = 32

/** After so long without a word at the live end, in milliseconds, it is found out how far the log is by now. */
const QUIET_MS = 1_000

/** A pattern that fits nothing. */
const NOTHING = '(?!)'

type Batch = readonly SubscriptionMessage[]

/**
 * Follows `$all`, filtered by the server. Ends without an error when `signal` aborts; when the connection drops it ends
 * or throws `StoreUnavailable`.
 */
export async function* subscribe(
  connection: Connection,
  options: SubscribeOptions,
): AsyncGenerator<Batch, void, undefined> {
  if (options.signal.aborted) return
  try {
    yield* follow(connection, options, QUIET_MS)
  } catch (error) {
    // What breaks because it was told to end is not an error.
    if (!isAborted(options.signal)) throw unavailable(error)
  }
}

/** @param quietMs without it the server alone tells how far a subscription is that wants nothing of what comes */
async function* follow(
  connection: Connection,
  options: SubscribeOptions,
  quietMs?: number,
): AsyncGenerator<Batch, void, undefined> {
  const { after, filter, signal } = options
  const { inbox, subscription } = await begin(connection, after, filter)
  const stop = (): void => {
    inbox.close()
  }
  signal.addEventListener('abort', stop)
  try {
    while (!isAborted(signal)) {
      const batch = await inbox.take(quietMs)
      if (batch === undefined) return
      if (isAborted(signal)) return
      if (batch.length > 0) yield batch
      else await lookOut(connection, options, inbox)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await end(subscription)
  }
}

async function begin(connection: Connection, after: Position, filter: LogFilter | undefined) {
  const { client, deadlineMs } = connection
  const before = await connectionOfNow(client)
  // Read before subscribing: when the subscription has caught up, everything up to here was delivered or filtered out.
  // Checkpoints alone would leave a reader that wants none of the last facts behind for ever.
  const endOfLog = await readEnd(connection)
  const inbox = new Inbox(after, endOfLog)
  const subscription = client.subscribeToAll({
    fromPosition: after === BEGINNING ? START : { commit: after, prepare: after },
    filter: serverFilter(filter, (position) => {
      inbox.checkpoint(position)
    }),
  })
  inbox.listenTo(subscription, deadlineMs)
  // Another node of the cluster may not have come to that end yet, and would say that it has caught up all the same.
  if ((await connectionOfNow(client)) === before) return { inbox, subscription }
  await end(subscription)
  throw new StoreUnavailable('the connection to EventStoreDB was changed while a subscription began')
}

/**
 * Up to 31 records that a subscription does not want may follow the last checkpoint: for ever, on a store where nothing
 * more happens. Reads the log from there; when nothing is wanted of it, that is how far the subscription is.
 */
async function lookOut(connection: Connection, options: SubscribeOptions, inbox: Inbox): Promise<void> {
  const after = inbox.upTo
  if ((await readEnd(connection)) <= after) return
  for await (const batch of follow(connection, { ...options, after })) {
    // A fact that is wanted is on its way.
    if (batch.some((message) => message.kind === 'fact')) return
    const caughtUp = batch.find((message) => message.kind === 'caught_up')
    if (caughtUp === undefined) continue
    inbox.checkpoint(caughtUp.position)
    return
  }
}

async function end(subscription: AllStreamSubscription): Promise<void> {
  // Waits for the connection when there is none yet; when that fails there is nothing to unsubscribe.
  await subscription.unsubscribe().catch(() => undefined)
  subscription.destroy()
}

/** Never the server's own streams, which can be most of the log. Prefixes are compared as they are, not as patterns. */
function serverFilter(filter: LogFilter | undefined, reached: (position: Position) => void): Filter {
  const options = {
    maxSearchWindow: SEARCH_WINDOW,
    checkpointInterval: 1,
    checkpointReached: (_: AllStreamSubscription, { commit }: { commit: bigint }) => {
      reached(commit)
    },
  }
  if (filter === undefined) return streamNameFilter({ ...options, regex: '^[^$]' })
  const prefixes = 'streamPrefixes' in filter ? filter.streamPrefixes : filter.typePrefixes
  // The server takes an empty list for no filter at all.
  if (prefixes.length === 0) return streamNameFilter({ ...options, regex: NOTHING })
  const wanted = { ...options, prefixes: [...prefixes] }
  return 'streamPrefixes' in filter ? streamNameFilter(wanted) : eventTypeFilter(wanted)
}
