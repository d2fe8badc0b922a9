import { looksLikeOthers } from './agent.ts'
import { isExit } from './network.ts'
import type { Opening } from './opening.ts'

/** Devices and networks, the latest last. */
export interface Traces {
  /** Fingerprint digests. */
  readonly digests: readonly string[]
  /** Never of a VPN, a relay or a data centre, which strangers share. */
  readonly prefixes: readonly string[]
}

/** What is known of a guest's devices and networks, by how it became known. */
export interface Circle {
  /** Learned from openings: the first, and what shared a device or a network with what was known before. */
  readonly known: Traces
  /** Taught by a person: a verdict `legitimate`, or a code that was sent to the guest. */
  readonly trusted: Traces
  /** Taught by a person: a verdict `suspicious`. */
  readonly distrusted: Traces
}

export const NO_TRACES: Traces = { digests: [], prefixes: [] }

/** Of each kind. A guest has two or three devices; mobile carriers hand out a new prefix every few hours. */
const MOST_REMEMBERED = 10

/** @returns the list with `value` as its latest; the least recently seen gives way */
export function remember(list: readonly string[], value: string | null | undefined): readonly string[] {
  if (value == null || list.at(-1) === value) return list
  return [...list.filter((one) => one !== value), value].slice(-MOST_REMEMBERED)
}

/** @returns the traces with the device and the network of the opening */
export function withTraces({ digests, prefixes }: Traces, opening: Opening): Traces {
  return {
    digests: remember(digests, opening.fingerprintDigest),
    prefixes: isExit(opening.network) ? prefixes : remember(prefixes, opening.ipPrefix),
  }
}

/** @returns the traces without the device and the network of the opening */
export function withoutTraces({ digests, prefixes }: Traces, opening: Opening): Traces {
  return {
    digests: digests.filter((digest) => digest !== opening.fingerprintDigest),
    prefixes: prefixes.filter((prefix) => prefix !== opening.ipPrefix),
  }
}

export type Familiarity = 'trusted' | 'known' | 'distrusted' | null

/** How the guest's circle stands to the device of an opening; null for a device that is new to it, or not shown. */
export function deviceFamiliarity(
  { trusted, known, distrusted }: Circle,
  { fingerprintDigest: digest }: Opening,
): Familiarity {
  if (digest === null) return null
  if (trusted.digests.includes(digest)) return 'trusted'
  if (distrusted.digests.includes(digest)) return 'distrusted'
  return known.digests.includes(digest) ? 'known' : null
}

/** The same for the network. What is said of a shared exit is said of strangers, so an exit is always new. */
export function networkFamiliarity(
  { trusted, known, distrusted }: Circle,
  { ipPrefix: prefix, network }: Opening,
): Familiarity {
  if (prefix === null || isExit(network)) return null
  if (trusted.prefixes.includes(prefix)) return 'trusted'
  if (distrusted.prefixes.includes(prefix)) return 'distrusted'
  return known.prefixes.includes(prefix) ? 'known' : null
}

export function isFamiliar(familiarity: Familiarity): boolean {
  return familiarity === 'trusted' || familiarity === 'known'
}

/** @returns whether there is a device to compare with */
export function hasDevice({ known, trusted }: Circle): boolean {
  return known.digests.length > 0 || trusted.digests.length > 0
}

/** @returns whether there is a network to compare with */
export function hasNetwork({ known, trusted }: Circle): boolean {
  return known.prefixes.length > 0 || trusted.prefixes.length > 0
}

/**
 * Whether an opening is the guest's own as far as can be told, and may therefore teach. The first one is, for want of
 * anything to compare it with; a later one if it shares a device or a network with what is familiar. Two doors stay
 * shut: a device that looks like many others does not vouch for a new network, and a mobile network, where thousands
 * share one address, does not vouch for a new device.
 */
export function isOwn(circle: Circle, opening: Opening): boolean {
  const device = deviceFamiliarity(circle, opening)
  const network = networkFamiliarity(circle, opening)
  if (device === 'distrusted') return false
  if (isFamiliar(device)) {
    return isFamiliar(network) || !looksLikeOthers(opening.agent) || !hasNetwork(circle)
  }
  if (!hasDevice(circle) && !hasNetwork(circle)) return network !== 'distrusted'
  return isFamiliar(network) && opening.network !== 'mobile'
}
