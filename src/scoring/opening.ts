import { agentClass } from './agent.ts'
import { fingerprintDigest, type Fingerprint } from './fingerprint.ts'
import { ipPrefix, type NetworkKind } from './network.ts'

/** Where an address seems to be. Coordinates are the middle of an area, and may be unknown where the country is not. */
export interface Geo {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  readonly city: string | null
  /** Degrees; `lat` and `lon` are null together. */
  readonly lat: number | null
  readonly lon: number | null
  /** Radius in km within which the address is thought to be; null or absent when the source does not say. */
  readonly accuracyKm?: number | null
}

/** @returns whether coordinates are known; a country or a city alone is no place to measure from. */
export function isLocated(geo: Geo | null): geo is Geo & { readonly lat: number; readonly lon: number } {
  return typeof geo?.lat === 'number' && typeof geo.lon === 'number'
}

/**
 * One opening of an invitation, reduced to what the rules look at. The log keeps these derived inputs, so a history can
 * be scored again without the address, the user agent or the fingerprint that a guest may have had erased.
 */
export interface Opening {
  /** Milliseconds since the Unix epoch. */
  readonly occurredAt: number
  /** As `ipPrefix` gives it; null when the address is unknown. */
  readonly ipPrefix: string | null
  readonly hasUserAgent: boolean
  /** As `fingerprintDigest` gives it; null when there was no fingerprint. */
  readonly fingerprintDigest: string | null
  readonly geo: Geo | null
  /** As `agentClass` gives it; null or absent when there was no user agent, or it was erased. */
  readonly agent?: string | null
  /** Null or absent where the data does not say, as the data that ships with the product never does. */
  readonly network?: NetworkKind | null
}

/** An opening as the HTTP layer sees it. */
export interface RawOpening {
  /** Milliseconds since the Unix epoch. */
  readonly occurredAt: number
  readonly ip: string | null
  readonly userAgent: string | null
  readonly fingerprint: Fingerprint | null
  readonly geo: Geo | null
  readonly network?: NetworkKind | null
}

/** @returns the opening as the rules see it. An address that cannot be parsed counts as none. */
export function toOpening(raw: RawOpening): Opening {
  return {
    occurredAt: raw.occurredAt,
    ipPrefix: ipPrefix(raw.ip),
    hasUserAgent: raw.userAgent !== null && raw.userAgent !== '',
    fingerprintDigest: fingerprintDigest(raw.fingerprint),
    geo: raw.geo,
    agent: agentClass(raw.userAgent),
    network: raw.network ?? null,
  }
}
