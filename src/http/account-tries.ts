import { LRUCache } from 'lru-cache'
import { SECOND } from '../kernel/time.ts'

/** Accounts that are remembered at once; what was used longest ago goes first. Full it takes a few MB. */
const REMEMBERED = 20_000

/** Counts tries for accounts, and takes back what turns out not to have been one. */
export interface AccountTries {
  /** @returns null, or the seconds to wait when none is left; then nothing was counted */
  take(account: string): number | null
  giveBack(account: string): void
  /** Forgets all of them. */
  forgive(account: string): void
}

/**
 * @param within milliseconds from the first try, after which all of them are forgotten
 * @param now milliseconds of a clock that is never set back, or tries would be remembered for longer
 */
export function accountTries(max: number, within: number, now = () => performance.now()): AccountTries {
  const counts = new LRUCache<string, number>({
    max: REMEMBERED,
    ttl: within,
    noUpdateTTL: true,
    // The time is not kept between two questions: it would be one from before the try.
    ttlResolution: 0,
    perf: { now },
  })
  return {
    take(account) {
      const count = counts.get(account) ?? 0
      if (count >= max) return Math.ceil(counts.getRemainingTTL(account) / SECOND)
      counts.set(account, count + 1)
      return null
    },
    giveBack(account) {
      const count = counts.get(account) ?? 0
      if (count > 1) counts.set(account, count - 1)
      else counts.delete(account)
    },
    forgive(account) {
      counts.delete(account)
    },
  }
}
