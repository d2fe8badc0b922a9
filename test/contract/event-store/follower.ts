import { expect } from 'vitest'
import {
  BEGINNING,
  type EventStore,
  type LogFilter,
  type Position,
  type StoredRecord,
  type SubscriptionMessage,
} from '../../../src/eventstore/port.ts'

/** Keeps everything that a subscription delivers, and checks on the way what must always hold. */
export class Follower {
  readonly messages: SubscriptionMessage[] = []
  readonly #abort = new AbortController()
  /** Resolves when the subscription ends, rejects when it fails. */
  readonly ended: Promise<void>

  constructor(store: EventStore, options: { after: Position; filter?: LogFilter }) {
    this.ended = this.#run(store.subscribe({ ...options, signal: this.#abort.signal }))
    this.ended.catch(() => undefined) // whoever needs the end waits for it
  }

  get records(): StoredRecord[] {
    return this.messages.flatMap((message) => (message.kind === 'fact' ? [message.record] : []))
  }

  get numbers(): unknown[] {
    return this.records.map((record) => record.data['n'])
  }

  caughtUp(): number {
    return this.messages.filter((message) => message.kind === 'caught_up').length
  }

  /** Waits until what was delivered is enough. */
  async until(enough: (follower: this) => boolean): Promise<void> {
    await expect.poll(() => enough(this), { timeout: 15_000, interval: 10 }).toBe(true)
  }

  /** Ends the subscription; fails when it fails. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.ended
  }

  async #run(batches: AsyncIterable<readonly SubscriptionMessage[]>): Promise<void> {
    let upTo = BEGINNING
    for await (const batch of batches) {
      for (const message of batch) {
        if (message.kind === 'fact') {
          // A fact at or before something delivered earlier would be lost for whoever stored that position.
          expect(message.record.position).toBeGreaterThan(upTo)
          upTo = message.record.position
        } else {
          expect(message.position).toBeGreaterThanOrEqual(upTo)
          upTo = message.position
        }
        this.messages.push(message)
      }
    }
  }
}
