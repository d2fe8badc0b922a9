import { isLocated, type Opening } from './opening.ts'

/** Where and when a guest was last seen. */
export interface LastPlace {
  readonly lat: number
  readonly lon: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly city: string | null
  readonly country: string | null
}

/**
 * What is known of one guest before an opening. Plain JSON: it lives in a decider's state and in a read model.
 * Digest and prefix belong to the first opening that had one; the place follows the guest.
 */
export interface Baseline {
  readonly fingerprintDigest: string | null
  readonly ipPrefix: string | null
  /** Openings so far. */
  readonly openings: number
  readonly last: LastPlace | null
}

export const emptyBaseline: Baseline = { fingerprintDigest: null, ipPrefix: null, openings: 0, last: null }

/** @returns the baseline after `opening`. Score the opening against the baseline from before it. */
export function evolveBaseline(baseline: Baseline, opening: Opening): Baseline {
  return {
    fingerprintDigest: baseline.fingerprintDigest ?? opening.fingerprintDigest,
    ipPrefix: baseline.ipPrefix ?? opening.ipPrefix,
    openings: baseline.openings + 1,
    last: placeOf(opening) ?? baseline.last,
  }
}

function placeOf({ geo, occurredAt }: Opening): LastPlace | null {
  if (!isLocated(geo)) return null
  return { lat: geo.lat, lon: geo.lon, at: occurredAt, city: geo.city, country: geo.country }
}
