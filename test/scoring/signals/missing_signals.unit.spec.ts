import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../../src/scoring/baseline.ts'
import { missingSignals } from '../../../src/scoring/signals/missing_signals.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('missing_signals', () => {
  it('is 70 without a fingerprint and 0 with one, whatever is known of the guest', () => {
    for (const baseline of [emptyBaseline, knownGuest()]) {
      expect(missingSignals.measure(baseline, anOpening({ fingerprintDigest: null }))).toBe(70)
      expect(missingSignals.measure(baseline, anOpening())).toBe(0)
    }
  })

  it('says so', () => {
    const reason = missingSignals.explain(knownGuest(), anOpening({ fingerprintDigest: null }), 70)
    expect(reason).toEqual({ code: 'missing_signals', params: {} })
  })
})
