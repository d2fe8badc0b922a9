import type { Place } from './place.ts'

export interface GeoDescription {
  readonly provider: 'maxmind' | 'dbip' | 'ipapi' | 'null'
  /** Credit that the licence of the data wants to be shown wherever places are shown. */
  readonly attribution?: string
  /** Where the credit links to. */
  readonly attributionUrl?: string
  /** Day of the data, ISO 8601. */
  readonly asOf?: string
}

/**
 * IP address -> place. Scoring works without a place, so nothing here is worth failing for: an address that is private,
 * unknown or cannot be looked up right now has the place null, and no lookup ever rejects.
 */
export interface GeoResolver {
  /**
   * @param ip as the socket or a trusted proxy reports it
   * @param options.signal gives up waiting; the place is then null
   */
  lookup(ip: string, options?: { readonly signal?: AbortSignal }): Promise<Place | null>
  /** The same without a turn of the event loop; only where the data is in memory. */
  readonly lookupSync?: (ip: string) => Place | null
  describe(): GeoDescription
  /** Gives up what is under way; every lookup after it is null. */
  close(): void
}

/** Told about trouble that a lookup hides, such as a damaged record or a service that does not answer. */
export type Warn = (message: string) => void

/** Places are switched off: openings are scored without one. */
export const nullResolver: GeoResolver = {
  lookup: () => Promise.resolve(null),
  lookupSync: () => null,
  describe: () => ({ provider: 'null' }),
  close: () => undefined,
}
