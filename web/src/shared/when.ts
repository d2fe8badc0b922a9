/** ISO 8601, or milliseconds since the epoch. */
export type Instant = string | number

/**
 * How a moment is written: `clock` 19:04, `day` 5 Jun, `minute` 19:04 and `second` 19:04:31, both with the day in
 * front when it is not today, `whole` Fri, 31 Dec 2027, 20:00 CET.
 */
export type TimeForm = 'clock' | 'day' | 'minute' | 'second' | 'whole'

const clock = { hour: '2-digit', minute: '2-digit' } as const
const day = { day: 'numeric', month: 'short' } as const
const year = { year: 'numeric' } as const

const write = (at: Instant, timeZone: string, parts: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { ...parts, timeZone }).format(new Date(at))

/**
 * A moment as the clocks of a place show it.
 * @param zone IANA time zone of the place
 * @param now milliseconds since the epoch; today is left out, and this year, as they are at the place
 */
export function timeAt(at: Instant, zone: string, form: TimeForm, now: number): string {
  const dayThere = (): string => {
    const thisYear = write(at, zone, year) === write(now, zone, year)
    return write(at, zone, thisYear ? day : { ...day, ...year })
  }
  switch (form) {
    case 'clock':
      return write(at, zone, clock)
    case 'day':
      return dayThere()
    case 'minute':
    case 'second': {
      const shown = write(at, zone, form === 'minute' ? clock : { ...clock, second: '2-digit' })
      const date = { ...day, ...year }
      return write(at, zone, date) === write(now, zone, date) ? shown : `${dayThere()}, ${shown}`
    }
    case 'whole':
      return write(at, zone, { weekday: 'short', ...day, ...year, ...clock, timeZoneName: 'short' })
  }
}

/** All of it, with the name of the zone in full: `Friday 31 December 2027 at 20:00:00 Central European Standard Time`. */
export const fullTimeAt = (at: Instant, zone: string): string =>
  write(at, zone, { dateStyle: 'full', timeStyle: 'full' })

/** The zone of the reader, by its IANA name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
