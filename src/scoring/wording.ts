import { REASON_CODES, type ReasonCode, type ReasonPlaces, type StoredReason } from './reasons.ts'

type Wording = (params: Readonly<Record<string, number>>, places: ReasonPlaces) => string

const NOWHERE: ReasonPlaces = { before: null, now: null }

/** The reference scorer's texts, letter by letter: the published vectors are compared with them. */
const reference: Readonly<Record<ReasonCode, Wording>> = {
  fingerprint_mismatch: () => 'fingerprint differs from baseline',
  ip_change: () => 'ip address changed since first access',
  missing_signals: () => 'no device fingerprint provided',
  repeated_access: ({ times }) => `token accessed ${numeral(times)} times`,
  no_user_agent: () => 'missing user agent',
  geo_jump_impossible: ({ minutes }, { before, now }) =>
    `accessed from ${before ?? 'another location'} and ${now ?? 'elsewhere'} within ${numeral(minutes)} minutes`,
  geo_jump_large: ({ km }) => `large geographic jump (${numeral(km)} km)`,
  single_signal_cap: () => 'single-signal cap applied (need ≥2 signals for HIGH)',
}

/** Sentences for hosts: what was seen, never what the guest is suspected of. */
const forHosts: Readonly<Record<ReasonCode, Wording>> = {
  fingerprint_mismatch: () => 'Opened on a different device than the first time',
  ip_change: () => 'Opened from a different network than the first time',
  missing_signals: () => 'The browser shared no device details',
  repeated_access: ({ times }) => `Opened ${numeral(times)} times`,
  no_user_agent: () => 'The browser did not say what it is',
  geo_jump_impossible: ({ minutes }, places) =>
    `Opened from ${twoPlaces(places)} within ${inMinutes(minutes)}`,
  geo_jump_large: ({ km }, { before, now }) =>
    `Opened from ${placeName(now) ?? 'elsewhere'}, ${thousands.format(km ?? 0)} km from ` +
    (placeName(before) ?? 'the location before'),
  single_signal_cap: ({ cap }) => `Only one strong sign, so the score stays at ${numeral(cap)}`,
}

/** @returns the text the reference scorer gives; for a code this release does not know, the code itself. */
export function referenceText(reason: StoredReason): string {
  return word(reference, reason)
}

/** @returns a sentence for hosts, without a full stop; for a code this release does not know, the code itself. */
export function sentence(reason: StoredReason): string {
  return word(forHosts, reason)
}

function word(
  wordings: Readonly<Record<ReasonCode, Wording>>,
  { code, params, places }: StoredReason,
): string {
  return isReasonCode(code) ? wordings[code](params, places ?? NOWHERE) : code
}

function isReasonCode(code: string): code is ReasonCode {
  return (REASON_CODES as readonly string[]).includes(code)
}

function twoPlaces({ before, now }: ReasonPlaces): string {
  if (before === null && now === null) return 'two places far apart'
  return `${placeName(before) ?? 'another location'} and ${placeName(now) ?? 'elsewhere'}`
}

function inMinutes(count = 1): string {
  return count === 1 ? '1 minute' : `${numeral(count)} minutes`
}

function numeral(value = 0): string {
  return String(value)
}

const thousands = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

/** Where no city is known the place is a country code; hosts read the country's name. */
function placeName(place: string | null): string | null {
  if (place === null) return null
  return /^[A-Z]{2}$/.test(place) ? (countries.of(place) ?? place) : place
}
