import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGeoResolver } from '../../src/geoip/create.ts'
import { bitsOfV4, bitsOfV6, mmdbFile, type MmdbFile } from './mmdb-file.ts'

const lagos = {
  country: { iso_code: 'NG' },
  city: { names: { en: 'Lagos', fr: 'Lagos' } },
  location: { latitude: 6.4541, longitude: 3.3947, accuracy_radius: 20 },
}
const sydney = {
  country: { iso_code: 'AU' },
  city: { names: { en: 'Sydney' } },
  location: { latitude: -33.8688, longitude: 151.2093, accuracy_radius: 1000 },
}
const paris = { country_code: 'FR', city: 'Paris (Quartier du Louvre)', latitude: 48.8566, longitude: 2.3522 }

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'guestguard-geoip-'))
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

const warnings: string[] = []

async function resolverOn(content: Buffer | MmdbFile, name = 'city.mmdb') {
  const databasePath = join(directory, name)
  await writeFile(databasePath, Buffer.isBuffer(content) ? content : mmdbFile(content))
  return createGeoResolver({ provider: 'auto', databasePath }, (message) => warnings.push(message))
}

describe('a file of the operator', () => {
  it('answers for IPv4, IPv4-mapped and IPv6 addresses from nested records', async () => {
    const resolver = await resolverOn({
      type: 'GeoIP2-City',
      ipVersion: 6,
      networks: [
        { bits: bitsOfV4('41.203.64.0/24', 6), record: lagos },
        { bits: bitsOfV6('2001:67c'), record: sydney },
      ],
    })
    const expected = { country: 'NG', city: 'Lagos', lat: 6.4541, lon: 3.3947, accuracyKm: 20 }
    expect(await resolver.lookup('41.203.64.9')).toEqual(expected)
    expect(await resolver.lookup('::ffff:41.203.64.9')).toEqual(expected)
    expect(resolver.lookupSync?.('41.203.64.9')).toEqual(expected)
    expect(await resolver.lookup('2001:67c::1')).toMatchObject({
      country: 'AU',
      city: 'Sydney',
      lat: -33.8688,
    })
    expect(await resolver.lookup('41.203.65.9')).toBeNull()
  })

  it('answers from flat records too, and leaves the district out', async () => {
    const networks = [{ bits: bitsOfV4('62.35.0.0/16', 4), record: paris }]
    const resolver = await resolverOn({ type: 'city ipv4', ipVersion: 4, networks })
    expect(await resolver.lookup('62.35.1.1')).toEqual({
      country: 'FR',
      city: 'Paris',
      lat: 48.8566,
      lon: 2.3522,
      accuracyKm: null,
    })
  })

  it('never takes an IPv6 address for an IPv4 network of an IPv4-only file', async () => {
    // 0x2606 is 38.6 in IPv4: the first 16 levels of the tree are the same.
    const networks = [{ bits: bitsOfV4('38.6.0.0/16', 4), record: lagos }]
    const resolver = await resolverOn({ type: 'GeoLite2-City', ipVersion: 4, networks })
    expect(await resolver.lookup('38.6.0.1')).toMatchObject({ city: 'Lagos' })
    expect(await resolver.lookup('2606:4700::1')).toBeNull()
  })

  it('credits the free data and only the free data', async () => {
    const file = { ipVersion: 4, networks: [{ bits: bitsOfV4('38.6.0.0/16', 4), record: lagos }] } as const
    const free = await resolverOn({ ...file, type: 'GeoLite2-City' })
    expect(free.describe()).toEqual({
      provider: 'maxmind',
      attribution: 'This product includes GeoLite2 Data created by MaxMind',
      attributionUrl: 'https://www.maxmind.com',
      asOf: '2026-05-04',
    })
    const bought = await resolverOn({ ...file, type: 'GeoIP2-City' })
    expect(bought.describe()).toEqual({ provider: 'maxmind', asOf: '2026-05-04' })
  })

  it('finds nothing once it is closed', async () => {
    const networks = [{ bits: bitsOfV4('38.6.0.0/16', 4), record: lagos }]
    const resolver = await resolverOn({ type: 'GeoLite2-City', ipVersion: 4, networks })
    resolver.close()
    expect(await resolver.lookup('38.6.0.1')).toBeNull()
  })

  it('warns of a damaged record and goes on', async () => {
    const file = mmdbFile({
      type: 'GeoLite2-City',
      ipVersion: 4,
      networks: [
        { bits: bitsOfV4('38.6.0.0/16', 4), record: 'BROKEN' },
        { bits: bitsOfV4('41.203.64.0/24', 4), record: lagos },
      ],
    })
    // An extended type of 0 exists in no valid file; it stands where the first record began.
    file[file.indexOf('BROKEN') - 1] = 0
    file[file.indexOf('BROKEN')] = 0
    const resolver = await resolverOn(file)
    warnings.length = 0
    expect(await resolver.lookup('38.6.0.1')).toBeNull()
    expect(warnings).toEqual([expect.stringContaining('GeoLite2-City')])
    expect(await resolver.lookup('41.203.64.9')).toMatchObject({ city: 'Lagos' })
  })
})

describe('a file that cannot be used stops the start with the variable, the path and the reason', () => {
  const good = mmdbFile({
    type: 'GeoLite2-City',
    ipVersion: 4,
    networks: [{ bits: bitsOfV4('38.6.0.0/16', 4), record: lagos }],
  })

  // An IPv6 tree is 128 levels deep, larger than what is left of this file without it.
  const deep = mmdbFile({
    type: 'GeoLite2-City',
    ipVersion: 6,
    networks: [{ bits: bitsOfV4('38.6.0.1/32', 6), record: lagos }],
  })

  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /not a MaxMind DB/],
    ['text', Buffer.from('country,city\nNG,Lagos\n'), /not a MaxMind DB/],
    ['a file without its end', good.subarray(0, good.length - 90), /not a MaxMind DB/],
    ['a file without its beginning', deep.subarray(deep.indexOf('iso_code')), /cut short/],
    ['a compressed file', gzipSync(good), /compressed/],
    [
      'a file of networks',
      mmdbFile({ type: 'GeoLite2-ASN', ipVersion: 4, networks: [{ bits: '0', record: lagos }] }),
      /GeoLite2-ASN file, which holds no coordinates/,
    ],
  ])('%s', async (_name, content, reason) => {
    const opening = resolverOn(content, 'bad.mmdb')
    await expect(opening).rejects.toMatchObject({ kind: 'invalid', code: 'geoip_unusable' })
    await expect(opening).rejects.toThrow(reason)
    await expect(opening).rejects.toThrow(`GEOIP_DB_PATH: cannot use ${join(directory, 'bad.mmdb')}`)
  })

  it('a path where nothing is, and a directory', async () => {
    const at = (databasePath: string) =>
      createGeoResolver({ provider: 'auto', databasePath }, () => undefined)
    await expect(at(join(directory, 'nowhere.mmdb'))).rejects.toThrow(/GEOIP_DB_PATH.*no such file/)
    await expect(at(directory)).rejects.toThrow(/GEOIP_DB_PATH.*directory/)
  })

  it('the provider maxmind without a path', async () => {
    const created = createGeoResolver({ provider: 'maxmind', databasePath: null }, () => undefined)
    await expect(created).rejects.toThrow('GEOIP_DB_PATH')
  })
})
