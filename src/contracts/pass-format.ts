/**
 * The pass that a guest shows: 90 bytes, signed with Ed25519 (RFC 8032), written as 144 characters of Crockford's base32
 * (digits and capitals without I, L, O, U). That is the alphanumeric mode of a QR code, version 6 at error correction M:
 * 41 by 41 modules. 90 bytes are exactly 144 characters, so a pass has one spelling only; there is neither a space nor a
 * sign in it that a scanner with a keyboard's wire would change.
 *
 * It is no address: the guest's own camera shows a text and opens nothing.
 *
 * Numbers are big-endian.
 */
export const PASS = {
  /** Length in characters. */
  characters: 144,
  /** What can be a pass, after white space at both ends was cut off and letters were made capitals. */
  pattern: /^[0-9A-HJKMNP-TV-Z]{144}$/,
  alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
  /** Length in bytes, the signature included. */
  bytes: 90,
  /** Byte 0: the format. */
  format: 2,
  /** Byte 1: which key signed; the first byte of the SHA-256 of the raw public key. */
  keyId: 1,
  /** Bytes 2 to 4: the last three bytes of the event's ULID. Tells passes of other events apart, protects nothing. */
  eventTag: { from: 2, bytes: 3 },
  /** Bytes 5 to 20: the guest's ULID, 128 bits. */
  guestId: { from: 5, bytes: 16 },
  /** Bytes 21 to 22: version of the pass. A newer one of the same guest kills it. */
  version: { from: 21, bytes: 2 },
  /** Bytes 23 to 25: hours since 1970-01-01T00:00Z until which it is valid. */
  validUntil: { from: 23, bytes: 3 },
  /** Bytes 26 to 89: signature over `signedPrefix` as UTF-8, followed by bytes 0 to 25. */
  signature: { from: 26, bytes: 64 },
  /** Keeps a signature made for a pass from ever being one of something else. */
  signedPrefix: 'guestguard/pass/2\n',
} as const
