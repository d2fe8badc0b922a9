import { describe, expect, it } from 'vitest'
import { createGeoResolver } from '../../src/geoip/create.ts'

const silent = () => undefined

describe('choosing a data source', () => {
  it('null knows no place', async () => {
    const resolver = await createGeoResolver({ provider: 'null', databasePath: '/nowhere.mmdb' }, silent)
    expect(resolver.describe()).toEqual({ provider: 'null' })
    expect(await resolver.lookup('8.8.8.8')).toBeNull()
    expect(resolver.lookupSync?.('8.8.8.8')).toBeNull()
    resolver.close()
  })

  it('ipapi is a service, has no fast path and is credited', async () => {
    const resolver = await createGeoResolver({ provider: 'ipapi', databasePath: null }, silent)
    expect(resolver.describe()).toMatchObject({ provider: 'ipapi', attributionUrl: 'https://ip-api.com' })
    expect(resolver.lookupSync).toBeUndefined()
    resolver.close()
  })
})
