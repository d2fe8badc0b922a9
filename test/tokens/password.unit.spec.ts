import { hash, verify } from '@node-rs/argon2'
import { expect, test, vi } from 'vitest'
import { DomainError } from '../../src/kernel/errors.ts'
import { credentialOf, hashPassword, needsRehash, NOBODY, verifyPassword } from '../../src/tokens/password.ts'

vi.mock(import('@node-rs/argon2'), async (original) => {
  const module = await original()
  return { ...module, verify: vi.fn(module.verify) }
})

const PASSWORD = 'correct horse battery staple'

test('the right password is accepted and a wrong one is not', async () => {
  const stored = await hashPassword(PASSWORD)
  expect(await verifyPassword(stored, PASSWORD)).toBe(true)
  expect(await verifyPassword(stored, `${PASSWORD}.`)).toBe(false)
  expect(await verifyPassword(stored, '')).toBe(false)
})

test('a hash is argon2id at 19 MiB, 2 passes and 1 lane, with a salt of its own', async () => {
  const [one, other] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)]
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(other)
  expect(needsRehash(one)).toBe(false)
})

test('a hash of lower or other costs is to be made again', async () => {
  expect(needsRehash(await hash(PASSWORD, { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))).toBe(true)
  expect(needsRehash(await hash(PASSWORD, { memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(true)
  expect(needsRehash((await hashPassword(PASSWORD)).replace('$argon2id$', '$argon2i$'))).toBe(true)
})

test('an account that does not exist costs the same work and accepts nothing', async () => {
  vi.mocked(verify).mockClear()
  expect(await verifyPassword(null, PASSWORD)).toBe(false)
  expect(vi.mocked(verify)).toHaveBeenCalledExactlyOnceWith(NOBODY, PASSWORD)
  expect(needsRehash(NOBODY)).toBe(false)
})

test.each([9, 201])('a password of %i characters is not taken', async (length) => {
  const refused = hashPassword('x'.repeat(length))
  await expect(refused).rejects.toThrow(DomainError)
  await expect(refused).rejects.toMatchObject({ kind: 'invalid', code: 'password_length' })
})

test.each([10, 200])('a password of %i characters is taken', async (length) => {
  const password = 'x'.repeat(length)
  expect(await verifyPassword(await hashPassword(password), password)).toBe(true)
})

test('an overlong password is refused without hashing it', async () => {
  vi.mocked(verify).mockClear()
  expect(await verifyPassword(await hashPassword(PASSWORD), PASSWORD.repeat(10_000))).toBe(false)
  expect(vi.mocked(verify).mock.calls[0]?.[1]).toBe('')
})

test('a password typed with composed and with combining characters is the same', async () => {
  const stored = await hashPassword('Zo\u00eb was here')
  expect(await verifyPassword(stored, 'Zoe\u0308 was here')).toBe(true)
})

test('a reset names a password until any password is set, even the same', async () => {
  const [one, other] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)]
  expect(credentialOf(one)).toBe(credentialOf(one))
  expect(credentialOf(one)).not.toBe(credentialOf(other))
  expect(credentialOf(one)).not.toContain(one.slice(-10))
})
