import { wallClockAt } from './zoned-time.ts'

/** Where a moment stands to the day of the event. */
export type EventDay = 'before' | 'on' | 'after'

/** Length of a date in `wallClockAt`, such as 2027-06-20. */
const DATE = 10

/**
 * Which day it is, seen from the event, where it takes place.
 * @param now milliseconds since the epoch
 */
export function eventDay(
  { eventDate, timezone }: { eventDate: string; timezone: string },
  now: number,
): EventDay {
  const dateOf = (instant: string): string => wallClockAt(instant, timezone).slice(0, DATE)
  const today = dateOf(new Date(now).toISOString())
  const day = dateOf(eventDate)
  if (today === day) return 'on'
  return today < day ? 'before' : 'after'
}
