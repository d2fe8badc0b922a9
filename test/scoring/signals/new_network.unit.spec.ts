import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../../src/scoring/baseline.ts'
import type { Geo } from '../../../src/scoring/opening.ts'
import { newNetwork } from '../../../src/scoring/signals/new_network.ts'
import { anOpening, AT, ibadan, knownGuest, lagos, paris } from '../builders.ts'

const cafe = '198.51.100.0/24'
const abuja: Geo = { country: 'NG', city: 'Abuja', lat: 9.0579, lon: 7.4951 }

/** A day later, from another network at that place. */
const from = (geo: Geo | null) => anOpening({ ipPrefix: cafe, geo, occurredAt: AT + 86_400_000 })

describe('new_network', () => {
  it.each([
    ['the known network', anOpening(), 0],
    ['another one where the guest was', from(lagos), 45],
    ['another one as near as addresses can tell', from(ibadan), 45],
    ['another one in another city', from(abuja), 55],
    ['another one of which no place is known', from(null), 55],
    ['another country', from(paris), 100],
    ['another country without coordinates', from({ ...paris, lat: null, lon: null }), 100],
    ['an unknown one', anOpening({ ipPrefix: null }), 45],
  ])('%s', (_what, opening, subScore) => {
    expect(newNetwork.measure(knownGuest(), opening)).toBe(subScore)
  })

  it('leaves a journey that cannot be to impossible_travel, so that one fact counts once', () => {
    expect(newNetwork.measure(knownGuest(), anOpening({ ipPrefix: cafe, geo: paris }))).toBe(0)
  })

  it.each(['vpn', 'relay', 'hosting'] as const)('says little of a %s, wherever it ends', (network) => {
    expect(newNetwork.measure(knownGuest(), anOpening({ ipPrefix: cafe, geo: paris, network }))).toBe(40)
  })

  it('is nothing for a trusted network, and while no network is known', () => {
    const trusting = knownGuest({ trusted: { digests: [], prefixes: [cafe] } })
    expect(newNetwork.measure(trusting, from(paris))).toBe(0)
    expect(newNetwork.measure(emptyBaseline, anOpening())).toBe(0)
  })

  it('says whether it is abroad', () => {
    const codes = [lagos, paris].map((geo) => {
      const opening = from(geo)
      return newNetwork.explain(knownGuest(), opening, newNetwork.measure(knownGuest(), opening))?.code
    })
    expect(codes).toEqual(['network_new', 'network_abroad'])
  })
})
