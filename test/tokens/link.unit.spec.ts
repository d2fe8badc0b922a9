import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/ids.ts'
import { issueLink, tokenDigest, verifyLink } from '../../src/tokens/link.ts'
import { bytesToUlid, ulidToBytes } from '../../src/tokens/ulid-bytes.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const OLD = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const NEW = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at))
const ring = new KeyRing([OLD])
const claims = { eventId: '01JD0000000000000000EVENT1', guestId: '7ZZZZZZZZZZZZZZZZZZZZZZZZZ', version: 1 }

const ulids = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => bytesToUlid(Buffer.from(bytes)))
const anyClaims = fc.record({ eventId: ulids, guestId: ulids, version: fc.nat(65_535) })

test('a link says whose it is, for all ids and versions', () => {
  fc.assert(
    fc.property(anyClaims, (some) => {
      const token = issueLink(ring, some)
      expect(token).toMatch(/^[A-Za-z0-9_-]{72}$/)
      expect(verifyLink(ring, token)).toEqual(some)
    }),
  )
})

test('a link issued today is the link issued by every later version', () => {
  expect(issueLink(ring, claims)).toBe(
    'AXP58AGTQAAAAAAAAAAAAB23V0H_____________________AAFcNqrDLzqOJQwbjcqVM8O1',
  )
})

test('no changed bit anywhere in a link is accepted', () => {
  const bytes = Buffer.from(issueLink(ring, claims), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(verifyLink(ring, changed.toString('base64url')), `bit ${String(bit)}`).toBeNull()
  }
})

test('every character of a link counts: no other spelling of it is accepted', () => {
  const token = issueLink(ring, claims)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let at = 0; at < token.length; at++) {
    for (const character of alphabet) {
      const other = token.slice(0, at) + character + token.slice(at + 1)
      if (other !== token) expect(verifyLink(ring, other)).toBeNull()
    }
  }
})

test('what only looks like a link is refused', () => {
  const token = issueLink(ring, claims)
  const wrong = [
    '',
    'x',
    token.slice(1),
    `${token}A`,
    `${token}=`,
    `${token}\n`,
    ` ${token}`,
    token.replace(/.$/, '+'),
  ]
  for (const text of wrong) expect(verifyLink(ring, text), JSON.stringify(text)).toBeNull()
  fc.assert(fc.property(fc.string(), (text) => verifyLink(ring, text) === null))
})

describe('after a rotation of the master key', () => {
  const rotated = new KeyRing([NEW, OLD])

  test('links of the old key stay valid and new ones are made under the new key', () => {
    expect(verifyLink(rotated, issueLink(ring, claims))).toEqual(claims)
    expect(issueLink(rotated, claims)).not.toBe(issueLink(ring, claims))
    expect(verifyLink(rotated, issueLink(rotated, claims))).toEqual(claims)
  })

  test('links of a key that was taken out of the ring are refused', () => {
    expect(verifyLink(new KeyRing([NEW]), issueLink(ring, claims))).toBeNull()
  })
})

test('a link is never made for something that is no id or a version that does not fit', () => {
  expect(() => issueLink(ring, { ...claims, guestId: 'short' })).toThrow(RangeError)
  expect(() => issueLink(ring, { ...claims, eventId: claims.eventId.toLowerCase() })).toThrow(RangeError)
  expect(() => issueLink(ring, { ...claims, version: 65_536 })).toThrow(RangeError)
  expect(() => issueLink(ring, { ...claims, version: -1 })).toThrow(RangeError)
})

test('ids survive the way through their bytes', () => {
  fc.assert(fc.property(ulids, (id) => bytesToUlid(ulidToBytes(id)) === id))
  const id = newId(1_700_000_000_000)
  expect(bytesToUlid(ulidToBytes(id))).toBe(id)
})

test('the digest for logs tells links apart and is no link', () => {
  const digests = [1, 2, 3].map((version) => tokenDigest(issueLink(ring, { ...claims, version })))
  expect(new Set(digests).size).toBe(3)
  expect(digests.every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true)
})
