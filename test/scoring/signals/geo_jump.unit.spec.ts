import { describe, expect, it } from 'vitest'
import { geoJump } from '../../../src/scoring/signals/geo_jump.ts'
import type { Geo } from '../../../src/scoring/opening.ts'
import { anOpening, AT, ibadan, knownGuest, lagos, paris } from '../builders.ts'

/** Seconds after the guest was last seen in Lagos. */
function after(seconds: number, geo: Geo | null) {
  const opening = anOpening({ occurredAt: AT - 3_600_000 + seconds * 1000, geo })
  const subScore = geoJump.measure(knownGuest(), opening)
  return { subScore, reason: subScore > 0 ? geoJump.explain(knownGuest(), opening, subScore) : null }
}

describe('geo_jump', () => {
  it.each([
    ['a second later', 1, 100],
    ['just under an hour later', 3599, 100],
    ['an hour later', 3600, 50],
    ['just under six hours later', 21_599, 50],
    ['six hours later', 21_600, 0],
    ['in the same second', 0, 50],
    ['out of order', -86_400, 50],
  ])('from Lagos to Paris %s', (_when, seconds, subScore) => {
    expect(after(seconds, paris).subScore).toBe(subScore)
  })

  it('is nothing within 500 km, to an unknown place, or from nowhere', () => {
    expect(after(60, ibadan).subScore).toBe(0)
    expect(after(60, { ...paris, lat: null, lon: null }).subScore).toBe(0)
    expect(after(60, null).subScore).toBe(0)
    expect(geoJump.measure(knownGuest({ last: null }), anOpening({ geo: paris }))).toBe(0)
  })

  it('begins past 500 km and not before', () => {
    // 4.49 and 4.50 degrees of latitude are 499.3 and 500.4 km.
    expect(after(60, { ...lagos, lat: 6.4541 + 4.49 }).subScore).toBe(0)
    expect(after(60, { ...lagos, lat: 6.4541 + 4.5 }).subScore).toBe(100)
  })

  it('tells both places and whole minutes, one at least', () => {
    const places = { before: 'Lagos', now: 'Paris' }
    expect(after(779, paris).reason).toEqual({ code: 'geo_jump_impossible', params: { minutes: 12 }, places })
    expect(after(5, paris).reason).toMatchObject({ params: { minutes: 1 } })
  })

  it('tells the whole kilometres of a jump that a flight could explain', () => {
    const places = { before: 'Lagos', now: 'Paris' }
    expect(after(7200, paris).reason).toEqual({ code: 'geo_jump_large', params: { km: 4715 }, places })
  })

  it('names the country where no city is known, and nothing where neither is', () => {
    expect(after(60, { ...paris, city: null }).reason?.places).toEqual({ before: 'Lagos', now: 'FR' })
    expect(after(60, { ...paris, city: null, country: null }).reason?.places?.now).toBeNull()
  })
})
