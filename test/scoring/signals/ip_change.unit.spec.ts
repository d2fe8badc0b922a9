import { describe, expect, it } from 'vitest'
import { ipChange } from '../../../src/scoring/signals/ip_change.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('ip_change', () => {
  it.each([
    ['the same network', '203.0.113.0/24', '203.0.113.0/24', 0],
    ['another network', '203.0.113.0/24', '198.51.100.0/24', 80],
    ['IPv6 after IPv4', '203.0.113.0/24', '2001:db8::/64', 80],
    ['an unknown network after a known one', '203.0.113.0/24', null, 80],
    ['the first network', null, '198.51.100.0/24', 0],
    ['unknown after unknown', null, null, 0],
  ])('%s', (_what, known, now, subScore) => {
    expect(ipChange.measure(knownGuest({ ipPrefix: known }), anOpening({ ipPrefix: now }))).toBe(subScore)
  })

  it('says so without the address', () => {
    const reason = ipChange.explain(knownGuest(), anOpening({ ipPrefix: null }), 80)
    expect(reason).toEqual({ code: 'ip_change', params: {} })
  })
})
