import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyBaseline, evolveBaseline } from '../../src/scoring/baseline.ts'
import { anOpening, AT, baselines, knownGuest, lagos, openings, paris } from './builders.ts'

describe('a baseline', () => {
  it('learns everything from the first opening', () => {
    expect(evolveBaseline(emptyBaseline, anOpening())).toEqual({
      fingerprintDigest: 'aa',
      ipPrefix: '203.0.113.0/24',
      openings: 1,
      last: { lat: 6.4541, lon: 3.3947, at: AT, city: 'Lagos', country: 'NG', accuracyKm: null, network: null },
    })
  })

  it('keeps the first device and network, and follows the guest to the last place', () => {
    const opening = anOpening({ fingerprintDigest: 'bb', ipPrefix: '198.51.100.0/24', geo: paris })
    expect(evolveBaseline(knownGuest(), opening)).toEqual({
      fingerprintDigest: 'aa',
      ipPrefix: '203.0.113.0/24',
      openings: 2,
      last: { lat: 48.8566, lon: 2.3522, at: AT, city: 'Paris', country: 'FR' },
    })
  })

  it('leaves device and network open until an opening has them', () => {
    const blank = anOpening({ fingerprintDigest: null, ipPrefix: null, geo: null })
    const once = evolveBaseline(emptyBaseline, blank)
    expect(once).toEqual({ ...emptyBaseline, openings: 1 })
    expect(evolveBaseline(once, anOpening())).toMatchObject({ fingerprintDigest: 'aa', openings: 2 })
  })

  it('keeps the last place when an opening has no coordinates', () => {
    const opening = anOpening({ geo: { ...lagos, lat: null, lon: null } })
    expect(evolveBaseline(knownGuest(), opening).last).toEqual(knownGuest().last)
  })

  it('takes the place of an opening that arrived out of order too', () => {
    const late = anOpening({ occurredAt: AT - 7_200_000, geo: paris })
    expect(evolveBaseline(knownGuest(), late).last).toMatchObject({ at: AT - 7_200_000, city: 'Paris' })
  })

  it('counts every opening once and never lets go of a device, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, fc.array(openings), (baseline, history) => {
        const after = history.reduce(evolveBaseline, baseline)
        expect(after.openings).toBe(baseline.openings + history.length)
        if (baseline.fingerprintDigest !== null)
          expect(after.fingerprintDigest).toBe(baseline.fingerprintDigest)
        expect(JSON.parse(JSON.stringify(after))).toEqual(after)
      }),
    )
  })
})
