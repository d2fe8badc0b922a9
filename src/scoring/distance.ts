/** Mean Earth radius in km; fixed by the rules, so that distances do not depend on a library's figure. */
const EARTH_RADIUS_KM = 6371

const RADIANS = Math.PI / 180

/**
 * Great-circle distance by the haversine formula.
 * @param lat1 latitude of the first point, degrees north; the others likewise
 * @returns km, 0 to about 20,015
 */
export function distanceKm(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const sinLat = Math.sin(((lat2 - lat1) * RADIANS) / 2)
  const sinLon = Math.sin(((lon2 - lon1) * RADIANS) / 2)
  const h = sinLat * sinLat + Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * sinLon * sinLon
  // Rounding can lift h a hair above 1 for opposite points, where asin has no value.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)))
}
