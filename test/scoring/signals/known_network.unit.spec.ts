import { describe, expect, it } from 'vitest'
import { knownNetwork } from '../../../src/scoring/signals/known_network.ts'
import { anOpening, knownGuest } from '../builders.ts'

const office = '198.51.100.0/24'
const trusting = knownGuest({ trusted: { digests: [], prefixes: [office] } })

describe('known_network', () => {
  it.each([
    ['known', anOpening(), 80],
    ['trusted', anOpening({ ipPrefix: office }), 100],
    ['known, and of a mobile carrier', anOpening({ network: 'mobile' }), 40],
    ['known, and meanwhile the exit of a VPN', anOpening({ network: 'vpn' }), 0],
    ['another', anOpening({ ipPrefix: '192.0.2.0/24' }), 0],
    ['unknown', anOpening({ ipPrefix: null }), 0],
  ])('%s', (_what, opening, subScore) => {
    expect(knownNetwork.measure(trusting, opening)).toBe(subScore)
  })

  it('is nothing when the host distrusts it and never trusted it since', () => {
    const warned = knownGuest({
      known: { digests: ['aa'], prefixes: [] },
      distrusted: { digests: [], prefixes: [office] },
    })
    expect(knownNetwork.measure(warned, anOpening({ ipPrefix: office }))).toBe(0)
  })

  it('says whose word it is', () => {
    const codes = ['203.0.113.0/24', office].map(
      (ipPrefix) => knownNetwork.explain(trusting, anOpening({ ipPrefix }), 80)?.code,
    )
    expect(codes).toEqual(['network_known', 'network_trusted'])
  })
})
