import { describe, expect, it } from 'vitest'
import type { NetworkKind } from '../../../src/scoring/network.ts'
import type { Geo } from '../../../src/scoring/opening.ts'
import { impossibleTravel } from '../../../src/scoring/signals/impossible_travel.ts'
import { anOpening, AT, ibadan, knownGuest, lagos, paris } from '../builders.ts'

const HOUR = 3_600_000
const cafe = '198.51.100.0/24'

/** Hours after the guest was last seen in Lagos, from a new network. */
function after(hours: number, geo: Geo | null, network: NetworkKind | null = null) {
  const opening = anOpening({ occurredAt: AT - HOUR + hours * HOUR, ipPrefix: cafe, geo, network })
  const subScore = impossibleTravel.measure(knownGuest(), opening)
  return { subScore, reason: subScore > 0 ? impossibleTravel.explain(knownGuest(), opening, subScore) : null }
}

/** So many km north of Lagos. */
const north = (km: number, accuracyKm: number | null = null): Geo => ({
  ...lagos,
  lat: 6.4541 + km / 111.1949,
  accuracyKm,
})

describe('impossible_travel', () => {
  it.each([
    // Lagos to Paris is 4,715 km; 400 are taken off for two areas of unknown size, and ten minutes added for clocks.
    ['minutes later', 0.2, 100],
    ['4.6 hours later, at 906 km/h', 4.6, 100],
    ['4.7 hours later, at 887 km/h', 4.7, 70],
    ['14 hours later, at 305 km/h', 14, 70],
    ['14.5 hours later, at 294 km/h', 14.5, 0],
    ['at the same moment', 0, 100],
    ['an hour before, out of order', -1, 100],
    ['a day before, out of order', -24, 0],
  ])('from Lagos to Paris %s', (_when, hours, subScore) => {
    expect(after(hours, paris).subScore).toBe(subScore)
  })

  it('takes the radii of both places off the distance', () => {
    // 740 km in an hour and ten minutes are 634 km/h; less 400 they are 291, less 200 and 5 they are 459.
    expect(after(1, north(740)).subScore).toBe(0)
    expect(after(1, north(740, 5)).subScore).toBe(70)
  })

  it('is nothing within 300 km beyond the radii, which is the error of an address rather than a journey', () => {
    expect(after(0, north(699)).subScore).toBe(0)
    expect(after(0, north(701)).subScore).toBe(100)
    expect(after(0, north(506, 5)).subScore).toBe(100)
  })

  it.each<[NetworkKind, number]>([
    ['residential', 70],
    ['mobile', 0],
  ])('assumes the usual radius of a %s network where none is given', (network, subScore) => {
    expect(after(1, north(690), network).subScore).toBe(subScore)
  })

  it.each(['vpn', 'relay', 'hosting'] as const)('is nothing to the exit of a %s', (network) => {
    expect(after(0.2, paris, network).subScore).toBe(0)
  })

  it('is nothing nearby, to an unknown place, from nowhere, or to a network that is known of the guest', () => {
    expect(after(0, ibadan).subScore).toBe(0)
    expect(after(0.2, { ...paris, lat: null, lon: null }).subScore).toBe(0)
    expect(after(0.2, null).subScore).toBe(0)
    expect(impossibleTravel.measure(knownGuest(), anOpening({ geo: paris }))).toBe(0)
    const nowhere = knownGuest({ ownPlace: null })
    expect(impossibleTravel.measure(nowhere, anOpening({ ipPrefix: cafe, geo: paris }))).toBe(0)
  })

  it('starts from where the guest was, not from where somebody else opened the link', () => {
    const elsewhere = knownGuest({
      last: { ...knownGuest().last!, lat: 48.8566, lon: 2.3522, city: 'Paris' },
    })
    expect(impossibleTravel.measure(elsewhere, anOpening({ ipPrefix: cafe }))).toBe(0)
  })

  it('tells both places with the minutes, or with the km that are left', () => {
    const places = { before: 'Lagos', now: 'Paris' }
    expect(after(0.5, paris).reason).toEqual({ code: 'geo_jump_impossible', params: { minutes: 30 }, places })
    expect(after(0, paris).reason).toMatchObject({ params: { minutes: 1 } })
    expect(after(6, paris).reason).toEqual({ code: 'geo_jump_large', params: { km: 4315 }, places })
  })
})
