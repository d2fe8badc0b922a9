import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from '../../postgres/pool.ts'
import { isTransient } from '../../postgres/transient.ts'
import { StoreUnavailable } from '../port.ts'

/** Most attempts of one piece of work, and the longest wait before another, in milliseconds. */
const ATTEMPTS = 5
const LONGEST_WAIT = 800

/** The connections of one store: what is done on them may be done again, and is waited for at the end. */
export class Connections {
  readonly #pool: Pool
  readonly #under = new Set<Promise<unknown>>()
  #closed = false

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /**
   * Does `work`, which must be safe to do again, on a connection until it is done or fails for a reason of its own.
   * @throws StoreUnavailable after the last attempt, or when the store is closed
   */
  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable('the event store is closed')
    const result = this.#persist(work)
    this.#under.add(result)
    try {
      return await result
    } finally {
      this.#under.delete(result)
    }
  }

  /** Refuses more work and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#under)
  }

  async #persist<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(work)
      } catch (error) {
        if (!isTransient(error)) throw error
        if (attempt === ATTEMPTS)
          throw new StoreUnavailable('the database of the event store cannot be reached', error)
        await sleep(Math.random() * Math.min(LONGEST_WAIT, 25 * 4 ** attempt))
      }
    }
  }

  async #once<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      // Closed rather than given back: it may be in the middle of a transaction that holds the write lock. The pool looks
      // at why: a network that fell silent took its idle connections, too.
      client.release(error instanceof Error ? error : true)
      throw error
    }
  }
}
