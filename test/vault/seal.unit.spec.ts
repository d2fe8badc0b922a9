import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openJson, sealJson, VaultTampered } from '../../src/vault/seal.ts'

const key = createSecretKey(Buffer.alloc(32, 1))
const otherKey = createSecretKey(Buffer.alloc(32, 2))
const PLACE = 'event.01-guest.02/fact-1'

test('whatever JSON is sealed opens again as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, place) => {
      // JSON has no minus zero.
      const plain = JSON.parse(JSON.stringify(value)) as unknown
      expect(openJson(key, sealJson(key, plain, place), place)).toEqual(plain)
    }),
  )
})

test('no changed bit anywhere in a sealed text goes unnoticed', () => {
  const sealed = sealJson(key, { name: 'Ada', email: 'ada@example.org' }, PLACE)
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(() => openJson(key, `v1.${changed.toString('base64url')}`, PLACE)).toThrow(VaultTampered)
  }
})

test('a sealed text does not open at another place or with another key', () => {
  const sealed = sealJson(key, { name: 'Ada' }, PLACE)
  expect(() => openJson(key, sealed, 'event.01-guest.02/fact-2')).toThrow(VaultTampered)
  expect(() => openJson(otherKey, sealed, PLACE)).toThrow(VaultTampered)
})

test('a text that was cut, lengthened, respelled or is of another format does not open', () => {
  const sealed = sealJson(key, { name: 'Ada' }, PLACE)
  const wrong = [
    '',
    'v1.',
    'erased',
    sealed.slice(0, -1),
    sealed.slice(0, 20),
    `${sealed}A`,
    `${sealed}=`,
    `${sealed}\n`,
  ]
  for (const text of [...wrong, sealed.replace('v1.', 'v2.')]) {
    expect(() => openJson(key, text, PLACE), text).toThrow(VaultTampered)
  }
})

test('sealing the same twice gives different texts, which tell nothing about their equality', () => {
  const texts = Array.from({ length: 100 }, () => sealJson(key, { name: 'Ada' }, PLACE))
  expect(new Set(texts).size).toBe(100)
})

test('a complaint about a sealed text names its place and not what it holds', () => {
  const sealed = sealJson(key, { name: 'Ada' }, PLACE)
  expect(() => openJson(otherKey, sealed, PLACE)).toThrow(`the sealed text of ${PLACE} was altered`)
})
