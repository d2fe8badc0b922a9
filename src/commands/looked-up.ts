import { SECOND, type Clock } from '../kernel/time.ts'

/**
 * How long it may take until every process follows what was decided for the whole installation, in milliseconds: requests
 * do not look it up one by one.
 */
const REFRESH = 2 * SECOND

/** @returns what `lookUp` gave, at most `REFRESH` ago; a failure is not kept */
export function lookedUp<T>(lookUp: () => Promise<T>, clock: Clock): () => Promise<T> {
  let looked = -Infinity
  let current: Promise<T> | undefined
  return () => {
    const now = clock.now()
    // Also once the clock was set back: how old it is can no longer be told.
    if (current === undefined || now < looked || now - looked >= REFRESH) {
      looked = now
      const fresh = lookUp()
      fresh.catch(() => {
        looked = -Infinity
      })
      current = fresh
    }
    return current
  }
}
