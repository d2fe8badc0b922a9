import { describe, expect, it } from 'vitest'
import { fingerprintMismatch } from '../../../src/scoring/signals/fingerprint_mismatch.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('fingerprint_mismatch', () => {
  it.each([
    ['the same device', 'aa', 'aa', 0],
    ['another device', 'aa', 'bb', 100],
    ['a device that shows nothing after one that did', 'aa', null, 100],
    ['the first device', null, 'bb', 0],
    ['nothing after nothing', null, null, 0],
  ])('%s', (_what, known, now, subScore) => {
    const baseline = knownGuest({ fingerprintDigest: known })
    expect(fingerprintMismatch.measure(baseline, anOpening({ fingerprintDigest: now }))).toBe(subScore)
  })

  it('says so without a number', () => {
    const reason = fingerprintMismatch.explain(knownGuest(), anOpening({ fingerprintDigest: 'bb' }), 100)
    expect(reason).toEqual({ code: 'fingerprint_mismatch', params: {} })
  })
})
