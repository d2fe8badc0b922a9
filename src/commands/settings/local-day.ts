import { DAY, HOUR, MINUTE } from '../../kernel/time.ts'

/** @returns the offset of a time zone from UTC at a moment, in milliseconds; both in milliseconds since the epoch */
function offsetAt(at: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? 0)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return local - Math.floor(at / MINUTE) * MINUTE
}

/**
 * @param at milliseconds since the epoch
 * @param timezone IANA name
 * @returns the first moment of the next day there, in milliseconds
 */
export function endOfDay(at: number, timezone: string): number {
  const local = at + offsetAt(at, timezone)
  const midnight = (Math.floor(local / DAY) + 1) * DAY
  const guess = midnight - offsetAt(at, timezone)
  // Clocks may change in between: the offset that holds at midnight is the one that counts.
  const there = midnight - offsetAt(guess, timezone)
  return Math.abs(there - guess) <= 2 * HOUR ? there : guess
}
