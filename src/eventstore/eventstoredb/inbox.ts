import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client'
import { type Position, StoreUnavailable, type SubscriptionMessage } from '../port.ts'
import { recordOf } from './record.ts'

/** Facts that may wait for the consumer before the server is made to wait. */
const FULL = 1_000

/** Told out of order by the client: how far the subscription has come, with or without having caught up. */
interface Progress {
  readonly kind: 'checkpoint' | 'caught_up'
  readonly position: Position
}

/**
 * Puts facts and progress of a subscription back in order, and gathers them into batches while the consumer works.
 *
 * The client tells of a checkpoint, and of having caught up, when it parses it, ahead of the facts that it still holds
 * in its stream. Such progress is held back here until the stream is drained; every fact of before is then in a batch.
 * The listener of facts only queues: the work of the consumer is never overlapped.
 */
export class Inbox {
  readonly #head: Position
  #upTo: Position
  #queue: SubscriptionMessage[] = []
  #held: Progress[] = []
  #subscription: AllStreamSubscription | undefined
  #live = false
  #over = false
  #error: Error | undefined
  #wake: () => void = () => undefined

  /** @param head of the log, read before subscribing */
  constructor(after: Position, head: Position) {
    this.#upTo = after
    this.#head = head
  }

  /** How far the consumer has been told, or will be with the next batch. */
  get upTo(): Position {
    return this.#upTo
  }

  /** @param deadlineMs how long the server may take to confirm, in milliseconds, default for ever */
  listenTo(subscription: AllStreamSubscription, deadlineMs?: number): void {
    this.#subscription = subscription
    if (deadlineMs !== undefined) this.#expectConfirmation(subscription, deadlineMs)
    subscription.on('data', (resolved: AllStreamResolvedEvent) => {
      this.#fact(resolved)
    })
    subscription.on('caughtUp', () => {
      this.#live = true
      this.#progress({ kind: 'caught_up', position: this.#head })
    })
    // A stream that is destroyed closes without an end.
    for (const over of ['end', 'close']) {
      subscription.on(over, () => {
        this.close()
      })
    }
    subscription.on('error', (error: Error) => {
      this.#error ??= error
      this.close()
    })
  }

  checkpoint(position: Position): void {
    this.#progress({ kind: 'checkpoint', position })
  }

  /** The consumer gets what is queued, and then the end. */
  close(): void {
    this.#over = true
    this.#wake()
  }

  /**
   * @param quietMs how long to wait at the live end, in milliseconds, default for ever
   * @returns all that has come since, nothing when it was quiet for that long, or `undefined` at the end
   * @throws what the subscription failed with
   */
  async take(quietMs?: number): Promise<readonly SubscriptionMessage[] | undefined> {
    while (this.#queue.length === 0) {
      if (this.#error !== undefined) throw this.#error
      if (this.#over) return undefined
      if (await this.#quiet(quietMs)) return []
    }
    const batch = this.#queue
    this.#queue = []
    this.#subscription?.resume()
    return batch
  }

  /** @returns whether nothing came for that long */
  async #quiet(quietMs: number | undefined): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const quiet = await new Promise<boolean>((resolve) => {
      this.#wake = () => {
        resolve(false)
      }
      if (quietMs !== undefined && this.#live) timer = setTimeout(resolve, quietMs, true)
    })
    clearTimeout(timer)
    return quiet
  }

  #fact({ event }: AllStreamResolvedEvent): void {
    const record = event === undefined ? undefined : recordOf(event)
    if (record !== undefined) {
      this.#upTo = record.position
      this.#queue.push({ kind: 'fact', record })
      if (this.#queue.length >= FULL) this.#subscription?.pause()
    }
    this.#releaseWhenDrained()
    this.#wake()
  }

  #expectConfirmation(subscription: AllStreamSubscription, deadlineMs: number): void {
    const deadline = setTimeout(() => {
      const late = `EventStoreDB did not confirm a subscription within ${String(deadlineMs)} ms`
      subscription.destroy(new StoreUnavailable(late))
    }, deadlineMs)
    for (const event of ['confirmation', 'close', 'error', 'end']) {
      subscription.once(event, () => {
        clearTimeout(deadline)
      })
    }
  }

  #progress(progress: Progress): void {
    this.#held.push(progress)
    this.#releaseWhenDrained()
    this.#wake()
  }

  #releaseWhenDrained(): void {
    if (this.#held.length === 0 || (this.#subscription?.readableLength ?? 0) > 0) return
    for (const { kind, position } of this.#held) {
      if (position > this.#upTo) this.#upTo = position
      // Of checkpoints in a row only the last says anything.
      if (kind === 'checkpoint' && this.#queue.at(-1)?.kind === 'checkpoint') this.#queue.pop()
      this.#queue.push({ kind, position: this.#upTo })
    }
    this.#held = []
  }
}
