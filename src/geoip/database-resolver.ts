import { publicAddress } from './address.ts'
import type { Database } from './database.ts'
import type { Place } from './place.ts'
import type { GeoDescription, GeoResolver, Warn } from './resolver.ts'

/** Which file answers for which version of addresses; null when none does. */
export interface DatabasePair {
  readonly v4: Database | null
  readonly v6: Database | null
}

/** A resolver over files in memory. A lookup takes a few microseconds. */
export function databaseResolver(
  databases: DatabasePair,
  description: GeoDescription,
  warn: Warn,
): Required<GeoResolver> {
  let open: DatabasePair = databases

  const lookupSync = (ip: string): Place | null => {
    const address = publicAddress(ip)
    if (address === null) return null
    const database = address.includes(':') ? open.v6 : open.v4
    try {
      return database?.find(address) ?? null
    } catch (error) {
      warn(`geoip: a record of the ${database?.type ?? ''} file cannot be read: ${String(error)}`)
      return null
    }
  }

  return {
    lookup: (ip) => Promise.resolve(lookupSync(ip)),
    lookupSync,
    describe: () => description,
    close: () => {
      open = { v4: null, v6: null }
    },
  }
}

/** @returns the day of the data, ISO 8601 */
export function dayOf(database: Database): string {
  return database.builtAt.toISOString().slice(0, 10)
}
