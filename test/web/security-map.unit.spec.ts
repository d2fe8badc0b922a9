import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { placesOf, spotOn, viewOf } from '../../web/src/features/guests/opening-places.ts'
import { worldOutline } from '../../web/src/features/guests/world-outline.ts'
import { openingItem } from './opening-item.ts'

const opening = (place: ActivityItem['place'], band: ActivityItem['band'] = 'low'): ActivityItem =>
  openingItem({ place, band })
const london = { city: 'London', country: 'GB', lat: 51.5, lon: -0.1 }
const lagos = { city: null, country: 'NG', lat: 6.5, lon: 3.4 }

describe('the places of a guest', () => {
  it('are told once each, that of the newest opening first, with the gravest band of each', () => {
    const items = [opening(lagos, null), opening(london), opening(london, 'block'), opening(london, 'medium')]
    expect(placesOf(items)).toEqual([
      { name: 'NG', lat: 6.5, lon: 3.4, openings: 1, band: null },
      { name: 'London, GB', lat: 51.5, lon: -0.1, openings: 3, band: 'block' },
    ])
  })

  it('are only of openings whose coordinates are known', () => {
    const answer: ActivityItem = { ...opening(london), kind: 'rsvp' }
    expect(placesOf([opening(null), opening({ ...london, lat: null, lon: null }), answer])).toEqual([])
  })

  it('leave out nothing that lies on the equator or the zero meridian', () => {
    expect(placesOf([opening({ city: null, country: 'GH', lat: 0, lon: 0 })])).toHaveLength(1)
  })
})

describe('the part of the map', () => {
  const place = fc.record({
    lat: fc.integer({ min: -55, max: 78 }),
    lon: fc.integer({ min: -180, max: 180 }),
  })

  it('shows every place, stays within the world and keeps its shape', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (places) => {
        const view = viewOf(places)
        expect(view.width / view.height).toBeCloseTo(2.4)
        expect(view.left).toBeGreaterThanOrEqual(-180)
        expect(view.left + view.width).toBeLessThanOrEqual(180 + 1e-9)
        expect(view.top).toBeLessThanOrEqual(85)
        expect(view.top - view.height).toBeGreaterThanOrEqual(-65 - 1e-9)
        for (const each of places) {
          const { left, top } = spotOn(view, each)
          expect(left >= -1e-9 && left <= 100 + 1e-9 && top >= -1e-9 && top <= 100 + 1e-9).toBe(true)
        }
      }),
    )
  })

  it('has land where there is some: the outline starts on the map and is one path', () => {
    expect(worldOutline).toMatch(/^M-?\d+ -?\d+l/)
    expect(worldOutline.endsWith('z')).toBe(true)
  })
})
