import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../../src/scoring/baseline.ts'
import { noUserAgent } from '../../../src/scoring/signals/no_user_agent.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('no_user_agent', () => {
  it('is 80 without a user agent and 0 with one, whatever is known of the guest', () => {
    for (const baseline of [emptyBaseline, knownGuest()]) {
      expect(noUserAgent.measure(baseline, anOpening({ hasUserAgent: false }))).toBe(80)
      expect(noUserAgent.measure(baseline, anOpening())).toBe(0)
    }
  })

  it('says so', () => {
    const reason = noUserAgent.explain(knownGuest(), anOpening({ hasUserAgent: false }), 80)
    expect(reason).toEqual({ code: 'no_user_agent', params: {} })
  })
})
