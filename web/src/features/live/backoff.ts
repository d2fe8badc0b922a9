/** First wait; most drops are a restart of the server or a lift, over within a second. */
const firstMs = 500
/** Longest wait: a host looks at the screen and expects it to come back by itself. */
const longestMs = 15_000

/**
 * How long to wait before trying again, in milliseconds: doubling, and half of it left to chance, so that the
 * browsers of a whole team do not come back in the same moment.
 * @param attempt tries that have failed so far, from 0
 * @param random from 0 up to 1
 */
export function waitBeforeRetry(attempt: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20))
  return Math.round(full / 2 + (full / 2) * random)
}
