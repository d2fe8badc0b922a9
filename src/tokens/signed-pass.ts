import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { PASS } from '../contracts/pass-format.ts'
import { HOUR } from '../kernel/time.ts'
import type { KeyRing } from '../vault/key-ring.ts'
import { bytesToUlid, CROCKFORD, ulidToBytes } from './ulid-bytes.ts'

/** What a pass says. It dies with the version, as the link it was earned with does. */
export interface SignedPass {
  readonly eventId: string
  readonly guestId: string
  /** 0 to 65535 */
  readonly version: number
  /** Milliseconds since the epoch, rounded up to the hour, and to the nearest that a pass can name. */
  readonly validUntil: number
}

/** A key that a device needs to check passes by itself. */
export interface PassKey {
  /** 0 to 255; the first byte of the SHA-256 of the public key. */
  readonly id: number
  /** 32 bytes. */
  readonly publicKey: Buffer
}

export type PassReading =
  | {
      readonly kind: 'genuine'
      readonly guestId: string
      readonly version: number
      readonly validUntil: number
    }
  | { readonly kind: 'forged' }
  | { readonly kind: 'other_event' }
  /** Not of the form of a pass at all. */
  | { readonly kind: 'no_pass' }

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

interface KeyPair extends PassKey {
  readonly privateKey: KeyObject
  readonly publicObject: KeyObject
}

/** Pairs are derived from the master keys, as links are: nothing that signs is stored. */
const pairs = new WeakMap<KeyObject, KeyPair>()

function pairOf(secret: KeyObject): KeyPair {
  const known = pairs.get(secret)
  if (known !== undefined) return known
  const der = Buffer.concat([PKCS8_PREFIX, secret.export()])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicObject = createPublicKey(privateKey)
  const publicKey = publicObject.export({ format: 'der', type: 'spki' }).subarray(-32)
  const id = createHash('sha256').update(publicKey).digest().readUInt8(0)
  const pair = { id, publicKey, privateKey, publicObject }
  pairs.set(secret, pair)
  return pair
}

const pairsOf = (ring: KeyRing): readonly KeyPair[] => ring.subkeys('pass-signing').map(pairOf)

export function passKeys(ring: KeyRing): readonly PassKey[] {
  return pairsOf(ring).map(({ id, publicKey }) => ({ id, publicKey }))
}

/**
 * @returns the content of a guest's QR code, 144 characters; see `PASS`
 * @throws RangeError when an id is no ULID, or the version does not fit
 */
export function signPass(ring: KeyRing, { eventId, guestId, version, validUntil }: SignedPass): string {
  const pair = pairOf(ring.subkey('pass-signing'))
  const body = Buffer.alloc(PASS.signature.from)
  body.writeUInt8(PASS.format, 0)
  body.writeUInt8(pair.id, PASS.keyId)
  eventTag(eventId).copy(body, PASS.eventTag.from)
  ulidToBytes(guestId).copy(body, PASS.guestId.from)
  body.writeUIntBE(version, PASS.version.from, PASS.version.bytes)
  body.writeUIntBE(hoursOf(validUntil), PASS.validUntil.from, PASS.validUntil.bytes)
  return encode(Buffer.concat([body, sign(null, signedPart(body), pair.privateKey)]))
}

/** Events from before dates were bounded can be in any year, and their guests get a pass too. */
const hoursOf = (validUntil: number) =>
  Math.min(Math.max(Math.ceil(validUntil / HOUR), 0), 256 ** PASS.validUntil.bytes - 1)

/**
 * Reads whatever was scanned, without any look-up; what is not of the right form costs no cryptography either.
 * @param eventId the event at whose door it was scanned
 */
export function readPass(ring: KeyRing, scanned: string, eventId: string): PassReading {
  const text = scanned.trim().toUpperCase()
  if (!PASS.pattern.test(text)) return { kind: 'no_pass' }
  const bytes = decode(text)
  const body = bytes.subarray(0, PASS.signature.from)
  const signature = bytes.subarray(PASS.signature.from)
  const genuine =
    body.readUInt8(0) === PASS.format &&
    pairsOf(ring)
      .filter(({ id }) => id === body.readUInt8(PASS.keyId))
      .some(({ publicObject }) => verify(null, signedPart(body), publicObject, signature))
  if (!genuine) return { kind: 'forged' }
  if (!field(body, PASS.eventTag).equals(eventTag(eventId))) return { kind: 'other_event' }
  return {
    kind: 'genuine',
    guestId: bytesToUlid(field(body, PASS.guestId)),
    version: field(body, PASS.version).readUIntBE(0, PASS.version.bytes),
    validUntil: field(body, PASS.validUntil).readUIntBE(0, PASS.validUntil.bytes) * HOUR,
  }
}

const field = (body: Buffer, { from, bytes }: { from: number; bytes: number }) =>
  body.subarray(from, from + bytes)

const eventTag = (eventId: string) => ulidToBytes(eventId).subarray(-PASS.eventTag.bytes)

const signedPart = (body: Buffer) => Buffer.concat([Buffer.from(PASS.signedPrefix), body])

/** Five bytes are eight characters, so 90 bytes leave no bits over. */
function encode(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 5) {
    let value = bytes.readUIntBE(at, 5)
    let group = ''
    for (let i = 0; i < 8; i++) {
      group = (CROCKFORD[value % 32] ?? '') + group
      value = Math.floor(value / 32)
    }
    text += group
  }
  return text
}

function decode(text: string): Buffer {
  const bytes = Buffer.alloc(PASS.bytes)
  for (let at = 0; at < text.length; at += 8) {
    let value = 0
    for (const character of text.slice(at, at + 8)) value = value * 32 + CROCKFORD.indexOf(character)
    bytes.writeUIntBE(value, (at / 8) * 5, 5)
  }
  return bytes
}
