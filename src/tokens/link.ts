import { createHash, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { KeyRing } from '../vault/key-ring.ts'
import { bytesToUlid, ULID_BYTES, ulidToBytes } from './ulid-bytes.ts'

/** What a personal link stands for. A link is revoked by raising the version in the guest's stream. */
export interface LinkClaims {
  readonly eventId: string
  readonly guestId: string
  /** 0 to 65535 */
  readonly version: number
}

/*
 * Layout in bytes, all big-endian:
 *   0      format, 1
 *   1-3    tag of the master key: the first bytes of its fingerprint
 *   4-19   event id
 *   20-35  guest id
 *   36-37  version
 *   38-53  HMAC-SHA256 over the bytes before, cut to 128 bits (RFC 2104, section 5)
 * 54 bytes are exactly 72 characters of base64url: there are no spare bits, so a token has one spelling only.
 */
const FORMAT = 1
const TAG_BYTES = 3
const BODY_BYTES = 1 + TAG_BYTES + ULID_BYTES + ULID_BYTES + 2
const MAC_BYTES = 16
const TOKEN = /^[A-Za-z0-9_-]{72}$/

/**
 * @returns the secret part of a guest's link, 72 characters that need no escaping in a URL
 * @throws RangeError when an id is no ULID or the version does not fit
 */
export function issueLink(ring: KeyRing, claims: LinkClaims): string {
  const body = Buffer.alloc(BODY_BYTES)
  body.writeUInt8(FORMAT, 0)
  body.write(tagOf(ring.activeId), 1, 'hex')
  ulidToBytes(claims.eventId).copy(body, 4)
  ulidToBytes(claims.guestId).copy(body, 20)
  body.writeUInt16BE(claims.version, 36)
  return Buffer.concat([body, macOf(ring.subkey('link'), body)]).toString('base64url')
}

/**
 * Checks a token without any look-up; what is not of the right form costs no cryptography either.
 * The caller still compares the version with the guest's stream.
 *
 * @returns null for anything that was not issued under a key of the ring
 */
export function verifyLink(ring: KeyRing, token: string): LinkClaims | null {
  if (!TOKEN.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.readUInt8(0) !== FORMAT) return null
  const tag = bytes.toString('hex', 1, 1 + TAG_BYTES)
  const body = bytes.subarray(0, BODY_BYTES)
  const mac = bytes.subarray(BODY_BYTES)
  const genuine = ring.ids
    .filter((id) => tagOf(id) === tag)
    .some((id) => timingSafeEqual(macOf(ring.subkey('link', id), body), mac))
  if (!genuine) return null
  return {
    eventId: bytesToUlid(body.subarray(4, 20)),
    guestId: bytesToUlid(body.subarray(20, 36)),
    version: body.readUInt16BE(36),
  }
}

/** Stands for a token in logs and counters; the token cannot be found from it. 16 hexadecimal characters. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

function tagOf(keyId: string): string {
  return keyId.slice(0, TAG_BYTES * 2)
}

function macOf(key: KeyObject, body: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES)
}
