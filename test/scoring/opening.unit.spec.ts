import { describe, expect, it } from 'vitest'
import { toOpening } from '../../src/scoring/opening.ts'
import { AT, paris } from './builders.ts'

const raw = {
  occurredAt: AT,
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0.0.0 Mobile Safari/537.36',
  fingerprint: { ua: 'A' },
  geo: paris,
}

describe('an opening as the rules see it', () => {
  it('holds the prefix and the digest, neither the address nor the fingerprint nor the user agent', () => {
    const opening = toOpening(raw)
    expect(opening).toEqual({
      occurredAt: AT,
      ipPrefix: '203.0.113.0/24',
      hasUserAgent: true,
      fingerprintDigest: '5aaafd20b0fc9420c13e95beb7769c885ec830fbdc44c4dd00a5087a31720240',
      geo: paris,
      agent: 'Android/Chrome',
      network: null,
    })
  })

  it('says what the network is used for where the data does', () => {
    expect(toOpening({ ...raw, network: 'vpn' }).network).toBe('vpn')
  })

  it.each([[null], ['']])('has no user agent when it is %j', (userAgent) => {
    expect(toOpening({ ...raw, userAgent }).hasUserAgent).toBe(false)
  })

  it('has no prefix and no digest when there is nothing to take them from', () => {
    const opening = toOpening({ ...raw, ip: 'unknown', fingerprint: {} })
    expect([opening.ipPrefix, opening.fingerprintDigest]).toEqual([null, null])
  })
})
