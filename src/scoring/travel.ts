import { HOUR, MINUTE } from '../kernel/time.ts'
import type { LastPlace } from './baseline.ts'
import { distanceKm } from './distance.ts'
import { isExit, type NetworkKind } from './network.ts'
import { isLocated, type Opening } from './opening.ts'

/**
 * Radius in km that is assumed where the source gives none, by the medians that were measured against known positions in
 * 175 countries (arXiv 2605.21937: mobile 179 to 207 km, fixed 3 to 16 km). Fixed lines get three times the median, for
 * single errors are far larger. Where the kind of network is unknown the address may be a mobile one.
 */
const RADIUS_KM: Readonly<Record<NetworkKind | 'unknown', number>> = {
  residential: 50,
  mobile: 200,
  hosting: 50,
  vpn: 50,
  relay: 200,
  unknown: 200,
}

/** Added to the time between two openings: clocks of two servers differ, and a page is opened before it is sent. */
const CLOCK_SLACK = 10 * MINUTE

/** From the place of the guest's last own opening to the place of this one. */
export interface Way {
  /** km between the two areas at their nearest; 0 when they touch. */
  readonly km: number
  /** Least speed in km/h that covers it. */
  readonly speed: number
}

/**
 * @returns null where either place is unknown, or the address is an exit that tells nothing of where its user is. The
 * order of the two openings does not matter: nobody is in two places, whichever was reported first.
 */
export function wayTo(from: LastPlace | null, { geo, occurredAt, network = null }: Opening): Way | null {
  if (from === null || !isLocated(geo) || isExit(network)) return null
  const radii = radiusKm(from.accuracyKm, from.network) + radiusKm(geo.accuracyKm ?? null, network)
  const km = Math.max(0, distanceKm(from.lat, from.lon, geo.lat, geo.lon) - radii)
  return { km, speed: (km * HOUR) / (Math.abs(occurredAt - from.at) + CLOCK_SLACK) }
}

function radiusKm(accuracyKm: number | null, network: NetworkKind | null): number {
  return accuracyKm ?? RADIUS_KM[network ?? 'unknown']
}
