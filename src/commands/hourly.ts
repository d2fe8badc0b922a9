import { HOUR, SECOND } from '../kernel/time.ts'

/**
 * Whether one more fits among `most` within any hour.
 * @param recent when it happened last, oldest first, `most` of them at least as far as there were; in milliseconds
 * @returns seconds until the next one fits, null when it does now
 */
export function hourlyWait(recent: readonly number[], most: number, at: number): number | null {
  const [oldest = at] = recent.slice(-most)
  if (recent.length < most || at - oldest > HOUR) return null
  return Math.ceil((oldest + HOUR + 1 - at) / SECOND)
}
