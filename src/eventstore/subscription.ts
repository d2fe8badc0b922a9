import { setTimeout as wait } from 'node:timers/promises'
import { SECOND } from '../kernel/time.ts'
import { isAborted } from './is-aborted.ts'
import type { EventStore, LogFilter, Position, SubscriptionMessage } from './port.ts'

/** Wait before the first resubscription, at most, and before any, in milliseconds. */
const FIRST_WAIT = SECOND / 10
const LONGEST_WAIT = 10 * SECOND

export interface SupervisedSubscription {
  readonly store: Pick<EventStore, 'subscribe'>
  /** Reads the position from which to go on, from where `apply` stores it; asked for each time it subscribes. */
  readonly after: () => Promise<Position>
  readonly filter?: LogFilter
  /**
   * Does the work of a batch and stores how far it came; called for one batch at a time. When it throws, the batch was
   * not done: the subscription begins again at what `after` says.
   */
  readonly apply: (batch: readonly SubscriptionMessage[]) => Promise<void>
  /** Ends it: the batch under way is finished, no other is begun. */
  readonly signal: AbortSignal
  readonly log: { warn(fields: object, message: string): void }
  /** Where waiting comes from; tests pass their own. */
  readonly clock?: BackoffClock
}

export interface BackoffClock {
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** A number from 0 up to 1. */
  random(): number
}

const systemBackoff: BackoffClock = {
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  random: () => Math.random(),
}

/**
 * Keeps one subscription going until `signal` aborts. A subscription that ends, with an error or without one, was
 * dropped (a restart, a change of leader, a consumer too slow): it begins again after a random wait that doubles with
 * each failure in a row up to 10 s (full jitter, so that consumers do not come back all at once) and starts over as
 * soon as a batch was applied.
 * @returns resolves once the last batch is done; never rejects
 */
export async function supervise(options: SupervisedSubscription): Promise<void> {
  const { signal, log, clock = systemBackoff } = options
  let failures = 0
  const progressed = (): void => {
    failures = 0
  }
  while (!signal.aborted) {
    const reason = await runOnce(options, progressed)
    if (isAborted(signal)) return
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures)
    failures += 1
    const waitMs = Math.round(clock.random() * longest)
    log.warn({ reason, failures, waitMs }, 'a subscription to the event log was dropped; it begins again')
    await clock.sleep(waitMs, signal)
  }
}

/** @returns why the subscription is over. */
async function runOnce(options: SupervisedSubscription, progressed: () => void): Promise<string> {
  const { store, after, filter, apply, signal } = options
  try {
    const position = await after()
    const subscription = store.subscribe({
      after: position,
      signal,
      ...(filter === undefined ? {} : { filter }),
    })
    for await (const batch of subscription) {
      await apply(batch)
      progressed()
      if (isAborted(signal)) break
    }
    return 'it ended'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}
