/** Where a public address seems to be: the middle of an area, good to a few km on fixed lines and some hundred on mobile ones. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  /** English name, without the district some sources add. */
  readonly city: string | null
  /** Degrees north. */
  readonly lat: number
  /** Degrees east. */
  readonly lon: number
  /** Radius in km that the source claims; null when it claims none. */
  readonly accuracyKm: number | null
}

/** What a data source says before anybody has looked at it. */
export interface ClaimedPlace {
  readonly country: unknown
  readonly city: unknown
  readonly lat: unknown
  readonly lon: unknown
  readonly accuracyKm: unknown
}

/** Degrees around 0,0 (open sea off Ghana) where data sources put what they could not place. */
const NULL_ISLAND = 1

/** @returns the place, or null when its coordinates are missing or absurd: a false jump is worse than none. */
export function plausiblePlace(claimed: ClaimedPlace): Place | null {
  const { country, lat, lon, accuracyKm } = claimed
  if (!isWithin(lat, 90) || !isWithin(lon, 180)) return null
  if (Math.abs(lat) < NULL_ISLAND && Math.abs(lon) < NULL_ISLAND) return null
  return {
    country: typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? country : null,
    city: cityName(claimed.city),
    lat,
    lon,
    accuracyKm: typeof accuracyKm === 'number' && accuracyKm > 0 ? accuracyKm : null,
  }
}

/** @returns whether `value` is a number from -limit to limit; NaN is within nothing. */
function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && value >= -limit && value <= limit
}

/** DB-IP writes "Lagos (Victoria Island Annex)". An address does not tell a district apart, and a host should not read one. */
function cityName(city: unknown): string | null {
  if (typeof city !== 'string') return null
  const district = city.indexOf(' (')
  const name = (district > 0 ? city.slice(0, district) : city).trim()
  return name === '' ? null : name
}
