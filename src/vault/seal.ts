import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto'

/** A sealed text was altered, or moved from another place, or belongs to another key. */
export class VaultTampered extends Error {
  constructor(what: string) {
    super(`${what} was altered, moved or sealed with another key`)
    this.name = 'VaultTampered'
  }
}

/** AES-256-GCM with a random 96-bit IV and the full tag: NIST SP 800-38D, sections 5.2.1.1 and 8.2.2. */
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Random bytes are taken in blocks: the call costs more than the bytes (3 % of an opening before, by CPU profile). */
const ivs = Buffer.alloc(IV_BYTES * 512)
let nextIv = ivs.length

/** @returns bytes that were never used before and are never used again; valid until the next call */
function freshIv(): Buffer {
  if (nextIv === ivs.length) {
    randomFillSync(ivs)
    nextIv = 0
  }
  nextIv += IV_BYTES
  return ivs.subarray(nextIv - IV_BYTES, nextIv)
}

/**
 * @param key 32 bytes
 * @param aad where the text belongs; opening needs the same
 * @returns IV, ciphertext and tag
 */
export function encrypt(key: KeyObject, plain: Buffer, aad: string): Buffer {
  const iv = freshIv()
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(aad, 'utf8'))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws VaultTampered naming `what` */
export function decrypt(key: KeyObject, sealed: Buffer, aad: string, what: string): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new VaultTampered(what)
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(aad, 'utf8'))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    throw new VaultTampered(what)
  }
}

/** Names the format, so that another cipher can follow without rewriting the log. */
const PREFIX = 'v1.'

/**
 * Seals a JSON value into text for the log.
 * @param aad stream and fact id; a sealed text copied to another fact does not open
 */
export function sealJson(key: KeyObject, plain: unknown, aad: string): string {
  const sealed = encrypt(key, Buffer.from(JSON.stringify(plain), 'utf8'), aad)
  return PREFIX + sealed.toString('base64url')
}

/** @throws VaultTampered */
export function openJson(key: KeyObject, text: string, aad: string): unknown {
  const sealed = Buffer.from(text.slice(PREFIX.length), 'base64url')
  // Node skips what is not base64; only the one spelling that `sealJson` writes is accepted.
  if (!text.startsWith(PREFIX) || sealed.toString('base64url') !== text.slice(PREFIX.length)) {
    throw new VaultTampered(`the sealed text of ${aad}`)
  }
  return JSON.parse(decrypt(key, sealed, aad, `the sealed text of ${aad}`).toString('utf8')) as unknown
}
