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

/** The same with the day in front when it is not today there: `20 Jun, 19:15`. `now` in milliseconds since the epoch. */
export function whenThere(instant: string, timezone: string, now = Date.now()): string {
  const clock = clockThere(instant, timezone)
  if (isEventDay({ eventDate: instant, timezone }, now)) return clock
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: timezone })
  return `${day.format(new Date(instant))}, ${clock}`
}
