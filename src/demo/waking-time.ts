import { DAY, HOUR } from '../kernel/time.ts'

/** People answer invitations between these hours of their day. */
const FROM = 7
const UNTIL = 23
const HOURS_AWAKE = UNTIL - FROM

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
function offsetOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value ?? 0)
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return local - Math.floor(at / 1_000) * 1_000
}

/**
 * A clock that stands still at night. A story told on it happens by day whenever it is told, and in the same order:
 * a moment that is further back on this clock is further back on every clock.
 * @param now milliseconds since the epoch
 * @param zone IANA name
 * @returns from hours awake before `now` to milliseconds since the epoch; a day has 16 of them
 */
export function wakingTime(now: number, zone: string): (hoursAgo: number) => number {
  const offset = offsetOf(zone, now)
  const local = now + offset
  const day = Math.floor(local / DAY)
  const hour = (local - day * DAY) / HOUR
  const awakeSoFar = day * HOURS_AWAKE + Math.min(Math.max(hour - FROM, 0), HOURS_AWAKE)
  return (hoursAgo) => {
    const awake = awakeSoFar - hoursAgo
    const thatDay = Math.floor(awake / HOURS_AWAKE)
    const at = thatDay * DAY + (FROM + (awake - thatDay * HOURS_AWAKE)) * HOUR - offset
    return Math.round(at)
  }
}

/** @returns the moment at which it is `hour` o'clock in the zone, `days` after (or before) today */
export function atHour(now: number, zone: string, days: number, hour: number): number {
  const midnight = Math.floor((now + offsetOf(zone, now)) / DAY) * DAY
  const local = midnight + days * DAY + hour * HOUR
  return local - offsetOf(zone, local - offsetOf(zone, local))
}
