const KEY = 'gg-clock-ahead'
let aheadOnThisPage: number | null = null

/**
 * The clock of the server, as far as one of its answers told it: tickets, lists and passes run out by it. Kept, because a
 * device that was restarted may have no network. Only as good as the last answer: a clock that was set right since then is
 * believed again with the next one.
 */
export const serverClock = {
  /** Milliseconds since the epoch; by the clock of this device as long as nothing is known. */
  now: (): number => Date.now() - (aheadOnThisPage ?? kept()),
  /** @param serverTime of an answer that came just now, ISO 8601 */
  heard(serverTime: string): void {
    const ahead = Date.now() - Date.parse(serverTime)
    aheadOnThisPage = ahead
    try {
      localStorage.setItem(KEY, String(ahead))
    } catch {
      // storage is switched off: what was heard then lasts for this page
    }
  },
}

/** @returns how far the clock of this device was ahead, in milliseconds; 0 while nobody knows */
function kept(): number {
  try {
    const ahead = Number(localStorage.getItem(KEY))
    return Number.isFinite(ahead) ? ahead : 0
  } catch {
    return 0
  }
}
