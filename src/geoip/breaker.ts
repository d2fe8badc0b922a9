import { MINUTE, SECOND } from '../kernel/time.ts'

/** Failures in a row that open the breaker. */
const FAILURES = 3

/** How long it stays open the first time; each failed try after that doubles it, up to the longest. */
const FIRST_REST = 30 * SECOND
const LONGEST_REST = 10 * MINUTE

/** Keeps a service that fails or asks for peace from being asked. */
export interface Breaker {
  /** Whether to ask now. After a rest only one caller is let through; how that goes decides for the others. */
  allows(): boolean
  succeeded(): void
  /** @returns ms of rest when this failure opened the breaker, else 0 */
  failed(): number
  /** Asks nothing for `ms`, whatever else is known. */
  pause(ms: number): void
}

/** @param clock milliseconds; only differences matter, so it should not jump */
export function createBreaker(clock: { now(): number }): Breaker {
  let failures = 0
  let closedFrom = 0
  let trying = false

  const pause = (ms: number): void => {
    closedFrom = Math.max(closedFrom, clock.now() + ms)
  }

  return {
    allows() {
      if (trying || clock.now() < closedFrom) return false
      trying = failures >= FAILURES
      return true
    },
    succeeded() {
      failures = 0
      trying = false
    },
    failed() {
      // Requests that were under way when the breaker opened tell nothing new.
      if (!trying && clock.now() < closedFrom) return 0
      failures++
      trying = false
      if (failures < FAILURES) return 0
      const rest = Math.min(FIRST_REST * 2 ** (failures - FAILURES), LONGEST_REST)
      pause(rest)
      return rest
    },
    pause(ms) {
      trying = false
      pause(ms)
    },
  }
}
