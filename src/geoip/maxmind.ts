import { databaseResolver, dayOf } from './database-resolver.ts'
import { openDatabase } from './database.ts'
import { DBIP_CREDIT } from './dbip.ts'
import type { GeoDescription, GeoResolver, Warn } from './resolver.ts'

/**
 * A GeoIP2, GeoLite2 or DB-IP City file of the operator. It is read once: a newer file takes a restart.
 * @param path the value of GEOIP_DB_PATH
 * @throws DomainError `geoip_unusable`
 */
export async function maxmindResolver(path: string, warn: Warn): Promise<Required<GeoResolver>> {
  const database = await openDatabase(path, 'GEOIP_DB_PATH')
  // The tree of an IPv4 file is 32 levels deep: an IPv6 address would be walked into somebody else's record.
  const v6 = database.ipVersion === 6 ? database : null
  const description = { provider: 'maxmind', ...creditOf(database.type), asOf: dayOf(database) } as const
  return databaseResolver({ v4: database, v6 }, description, warn)
}

/** Bought GeoIP2 data wants no credit; the free files do. */
function creditOf(type: string): Pick<GeoDescription, 'attribution' | 'attributionUrl'> {
  if (/^geolite/i.test(type)) {
    return {
      attribution: 'This product includes GeoLite2 Data created by MaxMind',
      attributionUrl: 'https://www.maxmind.com',
    }
  }
  return /^(dbip|city ipv)/i.test(type) ? DBIP_CREDIT : {}
}
