import { DomainError, unreachable } from '../kernel/errors.ts'
import { dbipResolver } from './dbip.ts'
import { ipApiResolver, type IpApiOptions } from './ip-api.ts'
import { maxmindResolver } from './maxmind.ts'
import { nullResolver, type GeoResolver, type Warn } from './resolver.ts'

export const GEOIP_PROVIDERS = ['auto', 'maxmind', 'dbip', 'ipapi', 'null'] as const

export interface GeoConfig {
  /** GEOIP_PROVIDER. `auto` takes the operator's file when there is one, else DB-IP Lite; never a service. */
  readonly provider: (typeof GEOIP_PROVIDERS)[number]
  /** GEOIP_DB_PATH; null when unset. */
  readonly databasePath: string | null
  readonly ipApi?: IpApiOptions
}

/**
 * Opens the data source of the configuration.
 * @param warn told about trouble that lookups hide; a sentence a time
 * @throws DomainError `geoip_unusable`, its message naming the variable to change
 */
export async function createGeoResolver(config: GeoConfig, warn: Warn): Promise<GeoResolver> {
  const { provider, databasePath } = config
  switch (provider) {
    case 'auto':
      return databasePath === null ? dbipResolver(warn) : maxmindResolver(databasePath, warn)
    case 'maxmind':
      if (databasePath !== null) return maxmindResolver(databasePath, warn)
      throw new DomainError(
        'invalid',
        'geoip_unusable',
        'GEOIP_DB_PATH: GEOIP_PROVIDER=maxmind needs it; set it to a .mmdb file.',
      )
    case 'dbip':
      return dbipResolver(warn)
    case 'ipapi':
      return ipApiResolver(config.ipApi ?? {}, warn)
    case 'null':
      return nullResolver
    default:
      return unreachable(provider)
  }
}
