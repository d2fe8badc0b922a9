import { wallClockAt } from '../events/zoned-time.ts'

/** Length of a date in `wallClockAt`, such as 2027-06-20. */
const DATE = 10

/** Whether it is the day of the event where it takes place. `now` in milliseconds since the epoch. */
export function isEventDay(
  { eventDate, timezone }: { eventDate: string; timezone: string },
  now: number,
): boolean {
  const dayOf = (instant: string) => wallClockAt(instant, timezone).slice(0, DATE)
  return dayOf(eventDate) === dayOf(new Date(now).toISOString())
}

/** The clock where the event takes place, such as 19:15. */
export const clockThere = (instant: string, timezone: string): string =>
  wallClockAt(instant, timezone).slice(DATE + 1)
