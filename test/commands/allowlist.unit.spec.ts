import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Allowlist, canonicalCidr, type AllowedNetwork } from '../../src/commands/settings/allowlist.ts'
import { DomainError } from '../../src/kernel/errors.ts'
import { parseAddress } from '../../src/scoring/network.ts'

describe('a network as people write it', () => {
  it.each([
    // A bare address is a network of one.
    ['203.0.113.7', '203.0.113.7/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    // Host bits are cut.
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['203.0.113.255/25', '203.0.113.128/25'],
    ['203.0.113.7/31', '203.0.113.6/31'],
    ['203.0.113.7/0', '0.0.0.0/0'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['2001:db8:1:2:3:4:5:6/64', '2001:db8:1:2::/64'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['ffff::1/0', '::/0'],
    // One text for one network.
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1/128'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
    ['::', '::/128'],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107/128'],
    // IPv4 in the clothes of IPv6 is IPv4; a prefix counts the 96 bits in front.
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['::FFFF:CB00:7107', '203.0.113.7/32'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7/32'],
    ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
    ['::ffff:203.0.113.7/128', '203.0.113.7/32'],
    ['::ffff:203.0.113.7/96', '0.0.0.0/0'],
  ])('%s is %s, and stays so', (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical)
    expect(canonicalCidr(canonical)).toBe(canonical)
  })

  it.each([
    '203.0.113.7/33',
    '2001:db8::1/129',
    '::ffff:203.0.113.0/24',
    '::ffff:203.0.113.0/95',
    '203.0.113.7/-1',
    '203.0.113.7/',
    '203.0.113.7/ 24',
    '203.0.113.7/2x',
    '203.0.113.7/24/24',
    '203.0.113.7/255.255.255.0',
    '203.0.113.7/1e1',
    '/24',
    ' 203.0.113.7',
    '203.0.113.7 ',
    '203.0.113.7\n',
    '203.0. 113.7',
    '203.0.113.7;DROP',
    '203.0.113.7, 203.0.113.8',
    '203.0.113.7-203.0.113.9',
    '../../etc/passwd',
    '203.0.113.7/../24',
    'localhost',
    'example.com',
    'cafe',
    '*',
    '',
    '.',
    ':',
    '010.0.0.1',
    '0x7f.0.0.1',
    '127.1',
    '3405803783',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.7.8',
    '2001:db8::1::2',
    '2001:db8:1:2:3:4:5:6:7',
    '2001:db8::12345',
    '[2001:db8::1]',
    'fe80::1%eth0',
    'fe80::1%eth0/64',
    '２０３.0.113.7',
    'f'.repeat(10_000),
  ])('%j is none', (text) => {
    const refusal = refusalOf(() => canonicalCidr(text))
    expect(refusal).toMatchObject({ kind: 'invalid', code: 'bad_cidr', fields: [{ path: 'cidr' }] })
    expect(refusal.message.length).toBeLessThan(200)
    expect(refusal.message).toMatch(/ is not an address or a network, such as .*\.$/)
  })
})

function refusalOf(act: () => unknown): DomainError {
  try {
    return expect.fail(`it was taken for ${String(act())}`)
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
}

const entry = (cidr: string, entryId = cidr): AllowedNetwork => ({ entryId, cidr, note: null, addedAt: 0 })

function listOf(...cidrs: readonly string[]): Allowlist {
  const list = new Allowlist()
  for (const cidr of cidrs) list.add(entry(cidr))
  return list
}

describe('the list of trusted networks', () => {
  it('that is empty matches nobody', () => {
    expect(new Allowlist().match('203.0.113.7')).toBeNull()
    expect(new Allowlist().entries).toEqual([])
  })

  it('matches what is inside a network, to the last bit', () => {
    const list = listOf('203.0.113.64/26', '2001:db8:1::/48')
    expect(list.match('203.0.113.64')?.cidr).toBe('203.0.113.64/26')
    expect(list.match('203.0.113.127')?.cidr).toBe('203.0.113.64/26')
    expect(list.match('203.0.113.63')).toBeNull()
    expect(list.match('203.0.113.128')).toBeNull()
    expect(list.match('2001:db8:1:ffff::9')?.cidr).toBe('2001:db8:1::/48')
    expect(list.match('2001:db8:2::')).toBeNull()
  })

  it('gives the narrowest network that an address is in, in whatever order they came', () => {
    const networks = ['203.0.0.0/16', '203.0.113.7/32', '0.0.0.0/0', '203.0.113.0/24']
    for (const list of [listOf(...networks), listOf(...networks.toReversed())]) {
      expect(list.match('203.0.113.7')?.cidr).toBe('203.0.113.7/32')
      expect(list.match('203.0.113.8')?.cidr).toBe('203.0.113.0/24')
      expect(list.match('203.0.1.1')?.cidr).toBe('203.0.0.0/16')
      expect(list.match('9.9.9.9')?.cidr).toBe('0.0.0.0/0')
    }
  })

  it('knows an IPv4 address in the form that a socket for both families reports', () => {
    expect(listOf('203.0.113.0/24').match('::ffff:203.0.113.9')?.cidr).toBe('203.0.113.0/24')
  })

  it('never takes one family for the other', () => {
    expect(listOf('0.0.0.0/0').match('2001:db8::1')).toBeNull()
    expect(listOf('0.0.0.0/0').match('::')).toBeNull()
    expect(listOf('::/0').match('203.0.113.9')).toBeNull()
    expect(listOf('::/0').match('::ffff:203.0.113.9')).toBeNull()
  })

  it.each(['', 'unknown', 'localhost', '010.0.0.1', '203.0.113.7, 10.0.0.1', '203.0.113.0/24'])(
    'does not match %j, which is no address',
    (ip) => {
      expect(listOf('0.0.0.0/0', '::/0').match(ip)).toBeNull()
    },
  )

  it('forgets what is taken off it, and only that', () => {
    const list = listOf('203.0.113.0/24', '203.0.0.0/16', '198.51.100.0/24')
    list.remove('203.0.113.0/24')
    list.remove('never there')
    expect(list.match('203.0.113.7')?.cidr).toBe('203.0.0.0/16')
    expect(list.match('198.51.100.7')?.cidr).toBe('198.51.100.0/24')
    expect(list.byCidr('203.0.113.0/24')).toBeNull()
    expect(list.entries.map(({ cidr }) => cidr)).toEqual(['203.0.0.0/16', '198.51.100.0/24'])
    list.remove('203.0.0.0/16')
    expect(list.match('203.0.113.7')).toBeNull()
  })

  it('takes a network again that was taken off it', () => {
    const list = listOf('203.0.113.0/24')
    list.remove('203.0.113.0/24')
    list.add(entry('203.0.113.0/24', 'again'))
    expect(list.match('203.0.113.7')?.entryId).toBe('again')
  })

  it('is found by network, not by who is in it', () => {
    const list = listOf('203.0.113.0/24')
    expect(list.byCidr('203.0.113.0/24')?.entryId).toBe('203.0.113.0/24')
    expect(list.byCidr('203.0.113.0/25')).toBeNull()
    expect(list.byCidr('203.0.113.7/32')).toBeNull()
  })
})

describe('a list of 10,000 networks', () => {
  /** Counts how often any map is asked while `act` runs. */
  function lookups(act: () => unknown): number {
    const get = vi.spyOn(Map.prototype, 'get')
    try {
      act()
      return get.mock.calls.length
    } finally {
      get.mockRestore()
    }
  }

  const list = new Allowlist()
  for (let i = 0; i < 9_996; i++) {
    list.add(entry(`10.${String(i >> 8)}.${String(i & 255)}.0/${String(24 + (i & 1))}`))
  }
  for (const cidr of ['10.0.0.0/8', '172.16.0.0/12', '2001:db8::/32', '2001:db8:1::/48'])
    list.add(entry(cidr))

  it('is asked once for each length of prefix in it, however many entries have it', () => {
    expect(list.entries).toHaveLength(10_000)
    // Four lengths of IPv4; for each, the networks of that length and then the network.
    const most = 4 * 2
    expect(lookups(() => list.match('198.51.100.1'))).toBe(most)
    expect(lookups(() => list.match('10.255.255.255'))).toBeLessThanOrEqual(most)
    expect(lookups(() => list.match('2001:db9::1'))).toBe(2 * 2)
  })

  it('finds the first, the last and the narrowest', () => {
    expect(list.match('10.0.0.200')?.cidr).toBe('10.0.0.0/24')
    expect(list.match('10.39.11.5')?.cidr).toBe('10.39.11.0/25')
    expect(list.match('10.39.11.200')?.cidr).toBe('10.0.0.0/8')
    expect(list.match('2001:db8:1::9')?.cidr).toBe('2001:db8:1::/48')
  })
})

describe('any list', () => {
  // Few bytes to choose from, so that networks nest and addresses hit.
  const byte = fc.constantFrom(0, 1, 127, 128, 255)
  const v4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))
  const group = fc.constantFrom('0', '1', '8000', 'ffff', 'db8')
  const v6 = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => groups.join(':'))
    // IPv4 in other clothes, which has prefixes of its own.
    .filter((text) => !text.startsWith('0:0:0:0:0:ffff:'))
  const address = fc.oneof(
    v4,
    v6,
    v4.map((text) => `::ffff:${text}`),
  )
  const network = fc.oneof(
    fc.tuple(v4, fc.nat(32)).map(([ip, bits]) => `${ip}/${String(bits)}`),
    fc.tuple(v6, fc.nat(128)).map(([ip, bits]) => `${ip}/${String(bits)}`),
    address,
  )

  /** All bits of an address as text. */
  const bitsOf = (text: string) => {
    const bytes = parseAddress(text)?.toByteArray() ?? []
    return bytes.map((value) => value.toString(2).padStart(8, '0')).join('')
  }

  /** Compares bit by bit with every entry, and keeps the narrowest. */
  function scan(entries: readonly AllowedNetwork[], ip: string): AllowedNetwork | null {
    const bits = bitsOf(ip)
    const prefixLength = ({ cidr }: AllowedNetwork) => Number(cidr.split('/')[1])
    const containing = entries.filter((one) => {
      const own = bitsOf(one.cidr.split('/')[0] ?? '')
      const length = prefixLength(one)
      return own.length === bits.length && own.slice(0, length) === bits.slice(0, length)
    })
    return containing.toSorted((a, b) => prefixLength(b) - prefixLength(a))[0] ?? null
  }

  it('matches as a scan of all its entries does, while entries come and go', { timeout: 30_000 }, () => {
    const step = fc.record({ network, remove: fc.boolean(), ip: address })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const list = new Allowlist()
        steps.forEach(({ network: text, remove, ip }, i) => {
          const cidr = canonicalCidr(text)
          const listed = list.byCidr(cidr)
          if (listed === null) list.add(entry(cidr, `n${String(i)}`))
          else if (remove) list.remove(listed.entryId)
          expect(list.match(ip)).toEqual(scan(list.entries, ip))
          expect(list.match(text.split('/')[0] ?? '')).toEqual(scan(list.entries, text.split('/')[0] ?? ''))
        })
      }),
      { numRuns: 200 },
    )
  })

  it('has one text for each network: what is written otherwise but holds the same is the same', () => {
    fc.assert(
      fc.property(network, address, (text, ip) => {
        const cidr = canonicalCidr(text)
        const list = listOf(cidr)
        const inside = list.match(ip) !== null
        const bits = cidr.split('/')[1] ?? ''
        const mapped = ip.startsWith('::ffff:')
        const sameFamily = (parseAddress(ip)?.kind() === 'ipv4') === cidr.includes('.')
        if (!sameFamily) expect(inside).toBe(false)
        else expect(canonicalCidr(`${mapped ? ip.slice(7) : ip}/${bits}`) === cidr).toBe(inside)
      }),
      { numRuns: 500 },
    )
  })
})
