import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipPrefix, parseAddress } from '../../src/scoring/network.ts'

describe('the prefix of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::/64'],
    ['2001:DB8:10:20:ffff:2:3:9', '2001:db8:10:20::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
  ])('%s is %s', (ip, prefix) => {
    expect(ipPrefix(ip)).toBe(prefix)
  })

  it.each([
    [null],
    [''],
    ['localhost'],
    ['127.1'],
    ['010.0.0.1'],
    ['0x7f.0.0.1'],
    ['1.2.3.4:80'],
    [':'],
    ['1::2::3'],
  ])('%j has none', (ip) => {
    expect(ipPrefix(ip)).toBeNull()
  })

  it('is the same however an IPv6 address is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        const parsed = parseAddress(ip)
        const groups = parsed !== null && 'parts' in parsed ? parsed.parts : []
        fc.pre(groups.length === 8)
        const long = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':')
        expect(ipPrefix(long)).toBe(ipPrefix(ip))
      }),
    )
  })

  it('is shared by all 256 addresses of an IPv4 network and by no neighbour', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(octet, octet, octet, octet, octet, (a, b, c, one, other) => {
        const network = [a, b, c].join('.')
        expect(ipPrefix(`${network}.${String(one)}`)).toBe(ipPrefix(`${network}.${String(other)}`))
        const neighbour = [a, b, (c + 1) % 256, one].join('.')
        expect(ipPrefix(neighbour)).not.toBe(ipPrefix(`${network}.${String(one)}`))
      }),
    )
  })
})
