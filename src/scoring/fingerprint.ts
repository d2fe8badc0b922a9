import { hash } from 'node:crypto'

/** What the guest's browser told about the device: platform, languages, graphics card and the like. */
export type Fingerprint = Readonly<Record<string, string>>

/**
 * @param fingerprint null or an empty object when the guest's browser gave none
 * @returns SHA-256 in hex over the entries sorted by key, each `key=value;`; null without a fingerprint
 */
export function fingerprintDigest(fingerprint: Fingerprint | null): string | null {
  if (fingerprint === null) return null
  const keys = sorted(Object.keys(fingerprint))
  if (keys.length === 0) return null
  let text = ''
  for (const key of keys) text += `${key}=${fingerprint[key] ?? ''};`
  return hash('sha256', text, 'hex')
}

/** Where UTF-16, the order of JavaScript, is not that of code points: surrogates come before what they stand behind. */
const ORDERED_OTHERWISE = /[\ud800-\uffff]/

/** @returns the keys in the order of their code points, which UTF-8 bytes have too */
function sorted(keys: string[]): string[] {
  if (!keys.some((key) => ORDERED_OTHERWISE.test(key))) return keys.sort()
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
