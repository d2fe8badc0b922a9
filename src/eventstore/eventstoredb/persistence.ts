import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from './errors.ts'

/** Most attempts in a row, each with the deadline of the connection (10 s by default). */
export const ATTEMPTS = 4

const LONGEST_WAIT_MS = 2_000

/** Waits before attempt `attempt + 1`: at random, up to a bound that grows, so that clients do not come back at once. */
export async function pause(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 50 * 4 ** attempt))
}

/** Does something that may be done twice, again when the connection failed it. */
export async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error
    }
    await pause(attempt)
  }
}

/**
 * Reads on after the connection failed.
 * @param begin opens the reading where the one before came to: what was yielded is not yielded again
 */
export async function* readingOn<T>(begin: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const item of begin()) {
        attempt = 1
        yield item
      }
      return
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error
    }
    await pause(attempt)
  }
}
