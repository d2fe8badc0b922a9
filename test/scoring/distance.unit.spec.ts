import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceKm } from '../../src/scoring/distance.ts'

const HALF_WAY_ROUND = Math.PI * 6371

describe('the distance between two points', () => {
  it.each([
    ['London and Paris', 51.5074, -0.1278, 48.8566, 2.3522, 343.6],
    ['Lagos and Paris', 6.4541, 3.3947, 48.8566, 2.3522, 4716],
    ['two points on both sides of the date line', 0, 179.5, 0, -179.5, 111.2],
    ['a pole and the other', 90, 0, -90, 0, HALF_WAY_ROUND],
  ])('of %s is right within half a kilometre', (_what, lat1, lon1, lat2, lon2, km) => {
    expect(Math.abs(distanceKm(lat1, lon1, lat2, lon2) - km)).toBeLessThan(0.5)
  })

  const lat = fc.double({ min: -90, max: 90, noNaN: true })
  const lon = fc.double({ min: -180, max: 180, noNaN: true })

  it('is a number from 0 to half way round, the same in both directions, and 0 to itself', () => {
    fc.assert(
      fc.property(lat, lon, lat, lon, (lat1, lon1, lat2, lon2) => {
        const km = distanceKm(lat1, lon1, lat2, lon2)
        expect(km >= 0 && km <= HALF_WAY_ROUND + 1e-6).toBe(true)
        expect(distanceKm(lat2, lon2, lat1, lon1)).toBeCloseTo(km, 6)
        expect(distanceKm(lat1, lon1, lat1, lon1)).toBe(0)
      }),
    )
  })
})
