import { ULID_PATTERN } from '../kernel/ids.ts'

/** A ULID is 128 bits. */
export const ULID_BYTES = 16

/** Crockford's base32: no I, L, O or U. https://www.crockford.com/base32.html */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * @param ulid 26 characters
 * @throws RangeError when it is no ULID: a token must never be made for half an id
 */
export function ulidToBytes(ulid: string): Buffer {
  if (!ULID_PATTERN.test(ulid)) throw new RangeError(`not a ULID: ${ulid}`)
  let value = 0n
  for (const character of ulid) value = (value << 5n) | BigInt(CROCKFORD.indexOf(character))
  return Buffer.from(value.toString(16).padStart(ULID_BYTES * 2, '0'), 'hex')
}

/** @param bytes 16 bytes; every value is a ULID */
export function bytesToUlid(bytes: Buffer): string {
  let ulid = ''
  let left = 0
  // 26 characters have two bits more than 16 bytes: the first two are zero.
  let bits = 2
  for (const byte of bytes) {
    left = (left << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) ulid += CROCKFORD[(left >> (bits - 5)) & 31] ?? ''
    left &= (1 << bits) - 1
  }
  return ulid
}
