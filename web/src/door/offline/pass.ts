import { PASS } from '@contracts/pass-format.ts'

const HOUR_MS = 3_600_000

/** What is written on a pass. Whether it is genuine is for `PassKeys` to say. */
export interface Pass {
  readonly format: number
  readonly keyId: number
  /** The last three bytes of the event's id. */
  readonly eventTag: Uint8Array
  readonly guestId: string
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly validUntil: number
  /** What the signature was made over. */
  readonly signed: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

/** @returns what is written on the pass, null when the text does not have the form of one */
export function readPass(scanned: string): Pass | null {
  const text = scanned.trim().toUpperCase()
  if (!PASS.pattern.test(text)) return null
  const bytes = decode(text)
  const body = bytes.subarray(0, PASS.signature.from)
  return {
    format: numberAt(body, { from: 0, bytes: 1 }),
    keyId: numberAt(body, { from: PASS.keyId, bytes: 1 }),
    eventTag: part(body, PASS.eventTag),
    guestId: ulidOf(part(body, PASS.guestId)),
    version: numberAt(body, PASS.version),
    validUntil: numberAt(body, PASS.validUntil) * HOUR_MS,
    signed: joined(new TextEncoder().encode(PASS.signedPrefix), body),
    signature: part(bytes, PASS.signature),
  }
}

/** @param id a ULID; @returns whether the pass was made for this event, as far as three bytes tell */
export function isOfEvent(pass: Pass, id: string): boolean {
  const tag = bytesOfUlid(id).subarray(-PASS.eventTag.bytes)
  return tag.every((byte, at) => byte === pass.eventTag[at])
}

interface Field {
  readonly from: number
  readonly bytes: number
}

/** A copy: a view of a part takes the whole with it wherever its buffer is looked at. */
const part = (bytes: Uint8Array, { from, bytes: length }: Field): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(bytes.subarray(from, from + length))

const numberAt = (bytes: Uint8Array, field: Field): number =>
  part(bytes, field).reduce((value, byte) => value * 256 + byte, 0)

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** Five bytes are eight characters; 40 bits are exact in a JavaScript number, but not in its bitwise operators. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length * 5) / 8)
  for (let group = 0; group * 8 < text.length; group += 1) {
    let value = 0
    for (const character of text.slice(group * 8, group * 8 + 8)) {
      value = value * 32 + PASS.alphabet.indexOf(character)
    }
    for (let byte = 4; byte >= 0; byte -= 1) {
      bytes[group * 5 + byte] = value % 256
      value = Math.floor(value / 256)
    }
  }
  return bytes
}

/** A ULID is 128 bits in 26 characters of Crockford's base32. */
const ULID_CHARACTERS = 26

function ulidOf(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  let text = ''
  for (let at = 0; at < ULID_CHARACTERS; at += 1) {
    text = PASS.alphabet.charAt(Number(value & 31n)) + text
    value >>= 5n
  }
  return text
}

function bytesOfUlid(id: string): Uint8Array {
  let value = 0n
  for (const character of id) value = (value << 5n) | BigInt(PASS.alphabet.indexOf(character))
  const bytes = new Uint8Array(PASS.guestId.bytes)
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(value & 255n)
    value >>= 8n
  }
  return bytes
}
