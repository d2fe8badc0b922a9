import {
  type AllStreamSubscription,
  type EventStoreDBClient,
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
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../port.ts'
import { unavailable } from './errors.ts'
import { Inbox } from './inbox.ts'
import { readHead } from './reads.ts'

/** Records that the server looks at before it tells how far it is although none was wanted. */
const SEARCH_WINDOW = 32

/** A pattern that fits nothing. */
const NOTHING = '(?!)'

/**
 * Follows `$all`, filtered by the server. Ends without an error when `signal` aborts; when the connection drops it ends
 * or throws `StoreUnavailable`.
 */
export async function* subscribe(
  client: EventStoreDBClient,
  options: SubscribeOptions,
): AsyncGenerator<readonly SubscriptionMessage[], void, undefined> {
  const { signal } = options
  if (signal.aborted) return
  try {
    yield* follow(client, options)
  } catch (error) {
    // What breaks because it was told to end is not an error.
    if (!isAborted(signal)) throw unavailable(error)
  }
}

async function* follow(
  client: EventStoreDBClient,
  { after, filter, signal }: SubscribeOptions,
): AsyncGenerator<readonly SubscriptionMessage[], void, undefined> {
  // Read before subscribing: when the subscription has caught up, everything up to here was delivered or filtered out.
  // Checkpoints alone would leave a reader that wants none of the last facts behind for ever.
  const head = await readHead(client)
  const inbox = new Inbox(after, head)
  const subscription = client.subscribeToAll({
    fromPosition: after === BEGINNING ? START : { commit: after, prepare: after },
    filter: serverFilter(filter, (position) => {
      inbox.checkpoint(position)
    }),
  })
  inbox.listenTo(subscription)
  const stop = (): void => {
    inbox.close()
  }
  signal.addEventListener('abort', stop)
  try {
    while (!isAborted(signal)) {
      const batch = await inbox.take()
      if (batch === undefined) return
      if (!isAborted(signal)) yield batch
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await end(subscription)
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
