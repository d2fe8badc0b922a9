import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressIn, MAIL_PROTECTION, networks, type City } from '../../src/demo/networks.ts'
import { createGeoResolver } from '../../src/geoip/create.ts'
import type { GeoResolver } from '../../src/geoip/resolver.ts'
import { classifyVisit } from '../../src/http/visits.ts'

const cities = Object.keys(networks) as City[]
let resolver: GeoResolver

beforeAll(async () => {
  resolver = await createGeoResolver({ provider: 'dbip', databasePath: null }, (message) => {
    throw new Error(message)
  })
})

afterAll(() => {
  resolver.close()
})

describe('the addresses of the demo', () => {
  it.each(cities)('are in %s from the first to the last of each network', async (city) => {
    for (const network of networks[city]) {
      for (const host of [1, 2, 64, 128, 192, 251, 254]) {
        const place = await resolver.lookup(`${network}.${String(host)}`)
        expect(`${network}.${String(host)} ${place?.city ?? 'nowhere'}`).toBe(
          `${network}.${String(host)} ${city}`,
        )
      }
    }
  })

  it.each(cities)(
    'are the same each time for the same line in %s, and of another network for another line',
    (city) => {
      expect(addressIn(city, 'somebody')).toBe(addressIn(city, 'somebody'))
      const [home, away] = [addressIn(city, 'somebody'), addressIn(city, 'somebody', 1)]
      expect(home.slice(0, home.lastIndexOf('.'))).not.toBe(away.slice(0, away.lastIndexOf('.')))
    },
  )

  it.each(MAIL_PROTECTION)('%s is what the product takes for mail protection', (ip) => {
    const browser =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0.0.0 Safari/537.36'
    expect(classifyVisit({ ip, headers: { 'user-agent': browser } })).toBe('scanner')
  })
})
