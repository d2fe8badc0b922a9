import { LRUCache } from 'lru-cache'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Log } from '../eventstore/log.ts'
import type { Position } from '../eventstore/port.ts'
import type { Happened, NewFact } from '../events/registry.ts'
import type { Decider } from './decider.ts'
import { StreamDesk, type AnyDecider, type Folded, type Visitor } from './stream-desk.ts'

/** Streams whose folded state is kept; a guest's state is about 2 kB, so 20,000 stay near 40 MB. */
const CACHED_STREAMS = 20_000

export interface Outcome<State, New> {
  /** The stream's state after the command. Read it at once: it goes on changing with the stream. */
  readonly state: State
  /** What was recorded; empty when nothing changed or when this was the retry of a command already done. */
  readonly facts: readonly New[]
  readonly replayed: boolean
  /** Where a reader has to be to see the outcome, null when nothing was ever recorded for this command. */
  readonly position: Position | null
}

export interface CommandHandler {
  /**
   * Folds the stream, decides, and appends with the expected revision. Answers only what is durable.
   * @throws DomainError of the decider; `conflict/busy` when the race for the stream was lost three times;
   *   `unprocessable/idempotency_key_reused` when the command id belongs to another request
   * @throws StoreUnavailable when it is not known whether the facts were appended; retry with the same command id
   */
  execute<State, Command, New extends NewFact, Past extends Happened>(
    decider: Decider<State, Command, New, Past>,
    stream: string,
    command: Command,
    context: CommandContext,
  ): Promise<Outcome<State, New>>

  /**
   * @param maxAge how long ago the stream may have been looked at, in milliseconds. What this process appended is always
   *   in the answer; what another one did meanwhile may be missing. Not given, the stream is read up to its end now
   * @returns the state of a stream; the initial state when it does not exist
   */
  state<State, Command, New extends NewFact, Past extends Happened>(
    decider: Decider<State, Command, New, Past>,
    stream: string,
    maxAge?: number,
  ): Promise<State>
}

/** @param monotonic milliseconds that never go back, to tell how old a cached state is */
export function createCommandHandler(
  log: Log,
  monotonic: () => number = () => performance.now(),
): CommandHandler {
  const cache = new LRUCache<string, Folded>({ max: CACHED_STREAMS })
  const desks = new Map<string, StreamDesk>()

  function deskOf(decider: unknown, stream: string): StreamDesk {
    const open = desks.get(stream)
    if (open !== undefined) return open
    const onIdle = () => desks.delete(stream)
    const desk = new StreamDesk({ log, cache, monotonic, decider: decider as AnyDecider, stream, onIdle })
    desks.set(stream, desk)
    return desk
  }

  return {
    execute(decider, stream, command, context) {
      return new Promise((resolve, reject) => {
        const order = { command, context }
        deskOf(decider, stream).join({ order, resolve: resolve as unknown as Visitor['resolve'], reject })
      })
    },
    state(decider, stream, maxAge) {
      type State = ReturnType<typeof decider.initialState>
      const known = maxAge === undefined ? undefined : cache.get(stream)
      // While its desk is open, what is cached may be ahead of an append that is not durable yet.
      if (known !== undefined && !desks.has(stream) && monotonic() - known.lookedAt <= (maxAge ?? 0)) {
        return Promise.resolve(known.state as State)
      }
      return new Promise((resolve, reject) => {
        const take: Visitor['resolve'] = ({ state }) => {
          resolve(state as State)
        }
        deskOf(decider, stream).join({ order: 'read', resolve: take, reject })
      })
    },
  }
}
