import { describe, expect, it } from 'vitest'
import { distrustedOrigin } from '../../../src/scoring/signals/distrusted_origin.ts'
import { anOpening, IPHONE, knownGuest } from '../builders.ts'

const there = '198.51.100.0/24'
const warned = knownGuest({ distrusted: { digests: ['bb'], prefixes: [there] } })

describe('distrusted_origin', () => {
  it.each([
    ['neither', anOpening({ fingerprintDigest: 'cc' }), 0],
    ['the device', anOpening({ fingerprintDigest: 'bb' }), 100],
    ['the device, which looks like many others', anOpening({ fingerprintDigest: 'bb', agent: IPHONE }), 50],
    ['both', anOpening({ fingerprintDigest: 'bb', agent: IPHONE, ipPrefix: there }), 100],
    ['a new device on the network', anOpening({ fingerprintDigest: 'cc', ipPrefix: there }), 50],
    ['no details on the network', anOpening({ fingerprintDigest: null, ipPrefix: there }), 50],
    ['the guest’s own device on the network', anOpening({ ipPrefix: there }), 0],
  ])('%s', (_what, opening, subScore) => {
    expect(distrustedOrigin.measure(warned, opening)).toBe(subScore)
  })

  it('gives way to a later word of trust', () => {
    const trusting = { ...warned, trusted: { digests: ['bb'], prefixes: [] } }
    expect(distrustedOrigin.measure(trusting, anOpening({ fingerprintDigest: 'bb' }))).toBe(0)
  })

  it('is nothing of a shared exit, which strangers use as well', () => {
    const exit = anOpening({ fingerprintDigest: 'cc', ipPrefix: there, network: 'vpn' })
    expect(distrustedOrigin.measure(warned, exit)).toBe(0)
  })

  it('says so', () => {
    const reason = distrustedOrigin.explain(warned, anOpening({ fingerprintDigest: 'bb' }), 100)
    expect(reason).toEqual({ code: 'origin_distrusted', params: {} })
  })
})
