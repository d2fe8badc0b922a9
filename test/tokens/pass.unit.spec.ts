import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivedId } from '../../src/kernel/ids.ts'
import { isPassOf, normalisePass, passCode, passCodes } from '../../src/tokens/pass.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const OLD = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const NEW = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at))
const ring = new KeyRing([OLD])
const holder = {
  eventId: '01JD0000000000000000EVENT1',
  guestId: '01JD00000000000000000GAST1',
  passVersion: 1,
}

const holders = fc.record({
  eventId: fc.string().map((text) => derivedId(text)),
  guestId: fc.string().map((text) => derivedId(text)),
  passVersion: fc.nat(),
})

test('a code is two groups of five that nobody misreads, for every guest', () => {
  fc.assert(
    fc.property(holders, (some) => {
      expect(passCode(ring, some)).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
      expect(isPassOf(ring, some, passCode(ring, some))).toBe(true)
    }),
  )
})

test('a code printed today is the code of every later version', () => {
  expect(passCode(ring, holder)).toBe('58YXV-Q8KJV')
})

test('another guest, event or version has another code', () => {
  fc.assert(
    fc.property(holders, holders, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other))
      expect(isPassOf(ring, other, passCode(ring, one))).toBe(false)
    }),
  )
  expect(isPassOf(ring, { ...holder, passVersion: 2 }, passCode(ring, holder))).toBe(false)
})

test.each([
  ['lower case', '7k3qm-x09tz', '7K3QM-X09TZ'],
  ['letters for digits', 'ilooi-LILOo', '11001-11100'],
  ['spaces, and no dash', ' 7K3Q MX09TZ ', '7K3QM-X09TZ'],
  ['another dash', '7K3QM–X09TZ', '7K3QM-X09TZ'],
  ['dashes elsewhere', '7K-3QMX0-9TZ', '7K3QM-X09TZ'],
])('a code is read with %s', (_, typed, code) => {
  expect(normalisePass(typed)).toBe(code)
})

test('a code survives how people type it', () => {
  const typing = fc.array(fc.constantFrom(' ', '-', ''), { minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(holders, typing, fc.boolean(), (some, fillers, lower) => {
      const code = passCode(ring, some)
      const plain = code.replace('-', '').replaceAll('0', 'O').replaceAll('1', 'I')
      const typed = Array.from(plain, (character, at) => (fillers[at] ?? '') + character).join('')
      expect(normalisePass(lower ? typed.toLowerCase() : typed)).toBe(code)
    }),
  )
})

test.each([
  '',
  '7K3QM-X09T',
  '7K3QM-X09TZZ',
  '7K3QM-X09TU',
  '7K3QM-X09T!',
  'ß'.repeat(10),
  'A'.repeat(1_000),
])('what cannot be a code is null: %j', (typed) => {
  expect(normalisePass(typed)).toBeNull()
  expect(isPassOf(ring, holder, typed)).toBe(false)
})

test('a printed code stays valid after the master key was rotated', () => {
  const printed = passCode(ring, holder)
  const rotated = new KeyRing([NEW, OLD])
  expect(passCode(rotated, holder)).not.toBe(printed)
  expect(passCodes(rotated, holder)).toEqual([passCode(rotated, holder), printed])
  expect(isPassOf(rotated, holder, printed)).toBe(true)
  expect(isPassOf(new KeyRing([NEW]), holder, printed)).toBe(false)
})
