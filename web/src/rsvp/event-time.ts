export interface EventTime {
  /** "Saturday, 20 June 2026" in the time zone of the event. */
  day: string
  /** "19:00" in the time zone of the event. */
  time: string
  /** "Paris", the place the time zone is named after; null for one that is named after none, such as UTC. */
  place: string | null
  /** "UTC" or "GMT+2", the time zone in short. */
  zone: string
  /** The same instant on the guest's clock, null where both clocks agree. */
  yours: string | null
}

/**
 * Says when an event is, for a guest who may be elsewhere.
 * @param at instant in ISO 8601
 * @param zone IANA time zone of the event
 * @param guestZone IANA time zone of the guest
 * @param locale BCP 47; the words around are English, so an English one
 */
export function eventTime(at: string, zone: string, guestZone: string, locale: string): EventTime {
  const instant = new Date(at)
  const format = (timeZone: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(instant)
  const full: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }
  const clock: Intl.DateTimeFormatOptions = { timeStyle: 'short' }
  const day = format(zone, full)
  const time = format(zone, clock)
  const guestDay = format(guestZone, full)
  const guestTime = format(guestZone, clock)
  const shortDay = format(guestZone, { weekday: 'short', day: 'numeric', month: 'short' })
  const same = guestDay === day && guestTime === time
  const yours = same ? null : guestDay === day ? guestTime : `${shortDay}, ${guestTime}`
  return { day, time, place: placeOf(zone), zone: shortNameOf(zone, instant, locale), yours }
}

function placeOf(zone: string): string | null {
  const [region, ...places] = zone.split('/')
  return region === 'Etc' ? null : (places.at(-1)?.replaceAll('_', ' ') ?? null)
}

const shortNameOf = (timeZone: string, instant: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone

/** @returns the guest's own flavour of English (12 or 24 hours), British where none is preferred. */
export function englishLocale(preferred: readonly string[]): string {
  return preferred.find((tag) => /^en(-|$)/i.test(tag)) ?? 'en-GB'
}
