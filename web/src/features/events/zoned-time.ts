/** A clock on a wall and a date, as `<input type="datetime-local">` has them: `2027-12-31T20:00`. */
export type WallClock = string

const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/

const pad = (value: number): string => String(value).padStart(2, '0')

/** What the clocks in `zone` (IANA) show at an instant (ISO 8601). */
export function wallClockAt(instant: string, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant))
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((each) => each.type === type)?.value ?? '0')
  return `${String(part('year')).padStart(4, '0')}-${pad(part('month'))}-${pad(part('day'))}T${pad(part('hour'))}:${pad(part('minute'))}`
}

const asUtc = (clock: WallClock): number => {
  const [, year, month, day, hour, minute] = (shape.exec(clock) ?? []).map(Number)
  return Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute)
}

const hour = 3_600_000

/**
 * The instant (ISO 8601 UTC) at which the clocks in `zone` show `clock`; of the two in an autumn hour that comes
 * twice, the earlier one. Null for text that is no time, and for an hour that the clocks jump over in spring.
 */
export function instantAt(clock: WallClock, zone: string): string | null {
  const naive = asUtc(clock)
  if (Number.isNaN(naive)) return null
  const shown = (ms: number): number => asUtc(wallClockAt(new Date(ms).toISOString(), zone))
  // The offset before and after any change nearby: a zone is never further than 14 h from UTC, and changes are rarer.
  const candidates = [naive - 24 * hour, naive + 24 * hour].map((near) => naive - (shown(near) - near))
  const matching = candidates.filter((ms) => shown(ms) === naive)
  return matching.length === 0 ? null : new Date(Math.min(...matching)).toISOString()
}

/** All zones the browser knows, by region, with `zone` among them even if it does not know it. */
export function zonesByRegion(zone: string): { region: string; zones: string[] }[] {
  const names = new Set(['UTC', zone, ...Intl.supportedValuesOf('timeZone')])
  const regions = new Map<string, string[]>()
  for (const name of [...names].sort()) {
    const region = name.includes('/') ? (name.split('/')[0] ?? '') : 'UTC'
    regions.set(region, [...(regions.get(region) ?? []), name])
  }
  return [...regions].map(([region, zones]) => ({ region, zones }))
}
