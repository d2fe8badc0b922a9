import { describe, expect, it } from 'vitest'
import { publicAddress } from '../../src/geoip/address.ts'

describe('which addresses are looked up', () => {
  it.each([
    ['8.8.8.8', '8.8.8.8'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['::ffff:808:808', '8.8.8.8'],
    ['2001:4860:4860:0:0:0:0:8888', '2001:4860:4860::8888'],
    ['2A00:1450:4009::200E', '2a00:1450:4009::200e'],
    ['100.128.0.1', '100.128.0.1'],
  ])('%s is, as %s', (ip, canonical) => {
    expect(publicAddress(ip)).toBe(canonical)
  })

  it.each([
    ['private', ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1']],
    ['loopback', ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1']],
    ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
    ['multicast and broadcast', ['224.0.0.1', '239.1.1.1', 'ff02::1', '255.255.255.255']],
    ['reserved', ['240.0.0.1', '192.0.0.8', '198.18.0.1', '100::1']],
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
    ['documentation', ['192.0.2.1', '198.51.100.20', '203.0.113.7', '2001:db8::1', '3fff::1']],
    ['tunnels, whose IPv4 end nobody vouches for', ['2002:808:808::1', '2001:0:1::1', '64:ff9b::808:808']],
    [
      'no address',
      [
        '',
        'localhost',
        '8.8.8',
        '8.8.8.8.8',
        '08.8.8.8',
        '0x8.8.8.8',
        '134744072',
        '8.8.8.8:80',
        ':',
        '1::2::3',
      ],
    ],
  ])('%s is not', (_kind, addresses) => {
    for (const ip of addresses) expect([ip, publicAddress(ip)]).toEqual([ip, null])
  })
})
