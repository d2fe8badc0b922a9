import { hash } from 'node:crypto'

/** What the guest's browser told about the device: platform, languages, graphics card and the like. */
export type Fingerprint = Readonly<Record<string, string>>

/**
 * @param fingerprint null or an empty object when the guest's browser gave none
 * @returns SHA-256 in hex over the entries sorted by key, each `key=value;`; null without a fingerprint
 */
export function fingerprintDigest(fingerprint: Fingerprint | null): string | null {
  if (fingerprint === null) return null
  const keys = Object.keys(fingerprint).sort(byCodePoint)
  if (keys.length === 0) return null
  let text = ''
  for (const key of keys) text += `${key}=${fingerprint[key] ?? ''};`
  return hash('sha256', text, 'hex')
}

/** UTF-8 bytes order like code points; the default order of JavaScript (UTF-16) differs past U+FFFF. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
