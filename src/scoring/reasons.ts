export const REASON_CODES = [
  'fingerprint_mismatch',
  'ip_change',
  'missing_signals',
  'repeated_access',
  'no_user_agent',
  'geo_jump_impossible',
  'geo_jump_large',
  'single_signal_cap',
  'device_new',
  'device_withheld',
  'network_new',
  'network_abroad',
  'network_vpn',
  'network_relay',
  'network_hosting',
  'origin_distrusted',
  'device_known',
  'device_trusted',
  'network_known',
  'network_trusted',
  'browser_same',
] as const

export type ReasonCode = (typeof REASON_CODES)[number]

/** Names of the two ends of a jump: a city, else a country code, else null when neither is known. */
export interface ReasonPlaces {
  readonly before: string | null
  readonly now: string | null
}

/** Why a score is what it is: stored with the score, worded when it is read. */
export interface Reason {
  readonly code: ReasonCode
  /** `times`, `minutes`, `km` or `cap`, as the code needs them. */
  readonly params: Readonly<Record<string, number>>
  /** Personal data, on a jump only. After an erasure the reason is still told, without names. */
  readonly places?: ReasonPlaces
}

/** A reason as the log gives it back: the code may be one that only a newer release knows. */
export type StoredReason = Omit<Reason, 'code'> & { readonly code: string }

/**
 * Splits what identifies somebody from what does not. A score speaks of one jump at most, so one pair of places is all.
 * @returns reasons without places, and the places, null when there are none
 */
export function separatePlaces(reasons: readonly Reason[]): {
  reasons: { code: ReasonCode; params: Record<string, number> }[]
  places: ReasonPlaces | null
} {
  return {
    reasons: reasons.map(({ code, params }) => ({ code, params: { ...params } })),
    places: reasons.find((reason) => reason.places !== undefined)?.places ?? null,
  }
}

/** The inverse of `separatePlaces`; null places (none, or erased) leave the reasons as they are. */
export function joinPlaces(reasons: readonly StoredReason[], places: ReasonPlaces | null): StoredReason[] {
  return reasons.map((reason) =>
    places !== null && reason.code.startsWith('geo_jump') ? { ...reason, places } : reason,
  )
}
