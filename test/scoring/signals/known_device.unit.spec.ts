import { describe, expect, it } from 'vitest'
import { knownDevice } from '../../../src/scoring/signals/known_device.ts'
import { anOpening, IPHONE, knownGuest } from '../builders.ts'

const trusting = knownGuest({ trusted: { digests: ['bb'], prefixes: [] } })

describe('known_device', () => {
  it.each([
    ['known', anOpening(), 60],
    ['trusted', anOpening({ fingerprintDigest: 'bb' }), 100],
    ['known, but looks like many others', anOpening({ agent: IPHONE }), 30],
    ['trusted, but looks like many others', anOpening({ fingerprintDigest: 'bb', agent: IPHONE }), 50],
    ['another', anOpening({ fingerprintDigest: 'cc' }), 0],
    ['not shown', anOpening({ fingerprintDigest: null }), 0],
  ])('%s', (_what, opening, subScore) => {
    expect(knownDevice.measure(trusting, opening)).toBe(subScore)
  })

  it('says whose word it is', () => {
    const codes = ['aa', 'bb'].map(
      (fingerprintDigest) => knownDevice.explain(trusting, anOpening({ fingerprintDigest }), 60)?.code,
    )
    expect(codes).toEqual(['device_known', 'device_trusted'])
  })
})
