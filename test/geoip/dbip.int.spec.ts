import { beforeAll, describe, expect, it } from 'vitest'
import { createGeoResolver } from '../../src/geoip/create.ts'
import type { GeoResolver } from '../../src/geoip/resolver.ts'
import { distanceKm } from '../../src/scoring/distance.ts'

describe('the data that comes with the product', () => {
  let resolver: GeoResolver

  beforeAll(async () => {
    resolver = await createGeoResolver({ provider: 'auto', databasePath: null }, (message) => {
      throw new Error(message)
    })
  })

  // Networks that stay where they are: universities and a registry. Coordinates move between editions, cities do not.
  it.each([
    ['129.67.1.1', 'GB', 'Oxford', 51.75, -1.26],
    ['129.132.1.1', 'CH', 'Zurich', 47.38, 8.54],
    ['200.144.248.1', 'BR', 'Sao Paulo', -23.55, -46.63],
    ['133.11.0.1', 'JP', null, 35.69, 139.69],
    ['193.0.6.139', 'NL', 'Amsterdam', 52.37, 4.9],
    ['2001:630:212::1', 'GB', 'Cambridge', 52.2, 0.12],
    ['2001:638:a000::1', 'DE', 'Erlangen', 49.6, 11.0],
  ])('places %s in %s', async (ip, country, city, lat, lon) => {
    const place = await resolver.lookup(ip)
    expect(place?.country).toBe(country)
    if (city !== null) expect(place?.city).toBe(city)
    expect(distanceKm(place?.lat ?? 0, place?.lon ?? 0, lat, lon)).toBeLessThan(50)
    expect(resolver.lookupSync?.(ip)).toEqual(place)
  })

  it('knows an address in its IPv4-mapped form too', async () => {
    expect(await resolver.lookup('::ffff:129.67.1.1')).toEqual(await resolver.lookup('129.67.1.1'))
  })

  it.each(['10.0.0.1', '127.0.0.1', '::1', '203.0.113.7', 'not an address', ''])(
    'has no place for %j',
    async (ip) => {
      expect(await resolver.lookup(ip)).toBeNull()
    },
  )

  it('names its source, the credit to show and the day of the data', () => {
    expect(resolver.describe()).toEqual({
      provider: 'dbip',
      attribution: 'IP Geolocation by DB-IP',
      attributionUrl: 'https://db-ip.com',
      asOf: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) as string,
    })
  })
})
