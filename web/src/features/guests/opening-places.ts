import { bands } from '@shared/risk.ts'
import type { ActivityItem } from '@contracts/activity.ts'
import type { Band } from '@contracts/common.ts'

/** A place that a guest's openings came from. */
export interface OpeningPlace {
  /** `London, GB`, as far as it is known. */
  readonly name: string
  readonly lat: number
  readonly lon: number
  readonly openings: number
  /** The gravest of them, null when none has a score. */
  readonly band: Band | null
}

const graver = (a: Band | null, b: Band | null): Band | null =>
  bands.indexOf(a ?? 'low') > bands.indexOf(b ?? 'low') ? a : (b ?? a)

/** The places of openings, that of the newest first; openings of which no place is known are left out. */
export function placesOf(items: readonly ActivityItem[]): OpeningPlace[] {
  const places = new Map<string, OpeningPlace>()
  for (const { kind, place, band } of items) {
    if (kind !== 'opening' || place?.lat == null || place.lon === null) continue
    const { lat, lon } = place
    const key = `${String(lat)} ${String(lon)}`
    const known = places.get(key)
    places.set(key, {
      name: known?.name ?? [place.city, place.country].filter(Boolean).join(', '),
      lat,
      lon,
      openings: (known?.openings ?? 0) + 1,
      band: graver(known?.band ?? null, band),
    })
  }
  return [...places.values()]
}

/** A part of the map, in degrees; `top` is the latitude of its upper edge. */
export interface MapView {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The inhabited world in the shape of the map. */
const world: MapView = { left: -180, top: 85, width: 360, height: 150 }
const shape = world.width / world.height
/** Degrees around the places, and the least that is shown: the outline is too coarse to look closer. */
const margin = 12
const leastWidth = 90

/** The smallest part of the world, in the shape of the map, that shows all the places with some land around them. */
export function viewOf(places: readonly Pick<OpeningPlace, 'lat' | 'lon'>[]): MapView {
  if (places.length === 0) return world
  const lons = places.map(({ lon }) => lon)
  const lats = places.map(({ lat }) => lat)
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const wanted = Math.max(east - west + 2 * margin, (north - south + 2 * margin) * shape, leastWidth)
  const width = Math.min(wanted, world.width)
  const height = width / shape
  const within = (least: number, value: number, most: number) => Math.min(Math.max(value, least), most)
  return {
    left: within(world.left, (west + east - width) / 2, world.left + world.width - width),
    top: within(world.top - world.height + height, (south + north + height) / 2, world.top),
    width,
    height,
  }
}

/** Where a place is on a part of the map, in percent from its left and upper edge. */
export const spotOn = (
  view: MapView,
  { lat, lon }: Pick<OpeningPlace, 'lat' | 'lon'>,
): { left: number; top: number } => ({
  left: (100 * (lon - view.left)) / view.width,
  top: (100 * (view.top - lat)) / view.height,
})
