import type { ReasonCode, ReasonPlaces, StoredReason } from './reasons.ts'

type Wording = (params: Readonly<Record<string, number>>, places: ReasonPlaces) => string

const NOWHERE: ReasonPlaces = { before: null, now: null }

/** The reference scorer's texts, letter by letter: the published vectors are compared with them. */
const reference = {
  fingerprint_mismatch: () => 'fingerprint differs from baseline',
  ip_change: () => 'ip address changed since first access',
  missing_signals: () => 'no device fingerprint provided',
  repeated_access: ({ times }) => `token accessed ${numeral(times)} times`,
  no_user_agent: () => 'missing user agent',
  geo_jump_impossible: ({ minutes }, { before, now }) =>
    `accessed from ${before ?? 'another location'} and ${now ?? 'elsewhere'} within ${numeral(minutes)} minutes`,
  geo_jump_large: ({ km }) => `large geographic jump (${numeral(km)} km)`,
  single_signal_cap: () => 'single-signal cap applied (need ≥2 signals for HIGH)',
} as const satisfies Readonly<Record<Exclude<ReasonCode, keyof typeof later>, Wording>>

/** The reasons of later rule sets, which the reference scorer has no words for. */
const later = {
  device_new: () => 'Opened on a device not known of this guest',
  device_withheld: () => 'The browser shared no device details, other than before',
  network_new: () => 'Opened from a network not known of this guest',
  network_abroad: () => 'Opened from a network in another country than before',
  network_vpn: () => 'Opened through a VPN',
  network_relay: () => 'Opened through a privacy relay',
  network_hosting: () => 'Opened from a data centre',
  origin_distrusted: () => 'From a device or network you said is not the guest’s',
  device_known: () => 'From a device this guest used before',
  device_trusted: () => 'From a device you trusted',
  network_known: () => 'From a network this guest used before',
  network_trusted: () => 'From a network you trusted',
  browser_same: () => 'With the same kind of browser as before',
} as const satisfies Readonly<Partial<Record<ReasonCode, Wording>>>

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
  ...later,
  single_signal_cap: ({ cap }) => `Only one strong sign, so the score stays at ${numeral(cap)}`,
}

/** @returns the text the reference scorer gives; for a code that it does not know, the code itself. */
export function referenceText(reason: StoredReason): string {
  return word(reference, reason)
}

/** @returns a sentence for hosts, without a full stop; for a code this release does not know, the code itself. */
export function sentence(reason: StoredReason): string {
  return word(forHosts, reason)
}

function word(
  wordings: Readonly<Partial<Record<string, Wording>>>,
  { code, params, places }: StoredReason,
): string {
  const wording = Object.hasOwn(wordings, code) ? wordings[code] : undefined
  return wording?.(params, places ?? NOWHERE) ?? code
}

function twoPlaces({ before, now }: ReasonPlaces): string {
  if (before === null && now === null) return 'two places far apart'
  return `${placeName(before) ?? 'another location'} and ${placeName(now) ?? 'elsewhere'}`
}

/** Minutes up to two hours, then whole hours. */
function inMinutes(count = 1): string {
  if (count >= 120) return `${numeral(Math.round(count / 60))} hours`
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
