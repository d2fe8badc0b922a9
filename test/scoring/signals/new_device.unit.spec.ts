import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../../src/scoring/baseline.ts'
import { newDevice } from '../../../src/scoring/signals/new_device.ts'
import { anOpening, IPHONE, knownGuest, LAPTOP } from '../builders.ts'

const withoutDetails = knownGuest({ known: { digests: [], prefixes: ['203.0.113.0/24'] } })

describe('new_device', () => {
  it.each([
    ['the known device', anOpening(), 0],
    ['a laptop after the telephone', anOpening({ fingerprintDigest: 'bb', agent: LAPTOP }), 80],
    ['another browser on the same system', anOpening({ fingerprintDigest: 'bb', agent: 'Android/-' }), 70],
    ['another device with the same browser', anOpening({ fingerprintDigest: 'bb' }), 100],
    ['a device of which nothing is said', anOpening({ fingerprintDigest: 'bb', agent: null }), 80],
    ['a script of which nothing is recognised', anOpening({ fingerprintDigest: 'bb', agent: '-/-' }), 80],
    ['no details where there were some', anOpening({ fingerprintDigest: null }), 100],
  ])('%s', (_what, opening, subScore) => {
    expect(newDevice.measure(knownGuest(), opening)).toBe(subScore)
  })

  it('is nothing for a device that was trusted, and for the first opening', () => {
    const trusting = knownGuest({ trusted: { digests: ['bb'], prefixes: [] } })
    expect(newDevice.measure(trusting, anOpening({ fingerprintDigest: 'bb', agent: IPHONE }))).toBe(0)
    expect(newDevice.measure(emptyBaseline, anOpening())).toBe(0)
  })

  it('is details where there were none before, and nothing while there are none', () => {
    expect(newDevice.measure(withoutDetails, anOpening())).toBe(100)
    expect(newDevice.measure(withoutDetails, anOpening({ fingerprintDigest: null }))).toBe(0)
  })

  it('tells a withheld device from another one', () => {
    const reasons = [null, 'bb'].map((fingerprintDigest) =>
      newDevice.explain(knownGuest(), anOpening({ fingerprintDigest }), 100),
    )
    expect(reasons).toEqual([
      { code: 'device_withheld', params: {} },
      { code: 'device_new', params: {} },
    ])
  })
})
