import type { KeyObject } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ERASED } from '../../src/events/fact.ts'
import { KeyRing, UnknownMasterKey } from '../../src/vault/key-ring.ts'
import { vaultMigrations } from '../../src/vault/migrations.ts'
import { VaultTampered } from '../../src/vault/seal.ts'
import { openVault, type Vault } from '../../src/vault/vault.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

const ADA = 'guest.01JEVENT.01JADA'
const BEN = 'guest.01JEVENT.01JBEN'
const PLACE = 'event.01JEVENT-guest.01JADA/fact-1'
const SECRET = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f1', 'hex')

let database: TestDatabase
const vaults: Vault[] = []
beforeEach(async () => {
  database = await createTestDatabase(vaultMigrations)
})
afterEach(async () => {
  await Promise.all(vaults.splice(0).map((vault) => vault.close()))
  await database.drop()
})

/** Each stands for one process. */
async function open(options: { ring?: KeyRing; cacheSize?: number } = {}): Promise<Vault> {
  const { pool, url } = database
  const vault = await openVault({ pool, url, ring: new KeyRing([SECRET]), log: silentLog, ...options })
  vaults.push(vault)
  return vault
}

function keyOf(keys: ReadonlyMap<string, KeyObject | typeof ERASED>, subject: string): KeyObject {
  const key = keys.get(subject)
  if (key === undefined || key === ERASED) throw new Error(`no key for ${subject}`)
  return key
}

test('what one process seals another opens', async () => {
  const [writer, reader] = [await open(), await open()]
  const sealed = writer.seal(keyOf(await writer.sealingKeys([ADA]), ADA), { name: 'Ada' }, PLACE)
  expect(sealed).not.toContain('Ada')
  expect(reader.open(keyOf(await reader.openingKeys([ADA]), ADA), sealed, PLACE)).toEqual({ name: 'Ada' })
})

test('every person has a key of their own', async () => {
  const vault = await open()
  const keys = await vault.sealingKeys([ADA, BEN])
  const sealed = vault.seal(keyOf(keys, ADA), { name: 'Ada' }, PLACE)
  expect(() => vault.open(keyOf(keys, BEN), sealed, PLACE)).toThrow(VaultTampered)
})

test('processes that make the key of one person at the same time agree on one key', async () => {
  const processes = await Promise.all([open(), open(), open()])
  const subjects = Array.from({ length: 200 }, (_, at) => `guest.01JEVENT.${String(at)}`)
  const answers = await Promise.all(
    processes.map((vault, at) => vault.sealingKeys(at % 2 === 0 ? subjects : subjects.toReversed())),
  )
  for (const subject of subjects) {
    const [first, ...others] = answers.map((keys) => keyOf(keys, subject))
    expect(others.every((key) => first?.equals(key))).toBe(true)
  }
})

test('thousands of people asked for one by one cost a few statements', async () => {
  const vault = await open()
  const statements = vi.spyOn(database.pool, 'query')
  const subjects = Array.from({ length: 2_500 }, (_, at) => `guest.01JEVENT.${String(at)}`)
  await Promise.all(subjects.map((subject) => vault.sealingKeys([subject])))
  // 1,000 a statement: at most 3 batches to look and 3 to make, some split because they arrive in waves.
  expect(statements.mock.calls.length).toBeLessThanOrEqual(12)
  statements.mockClear()
  await Promise.all(subjects.map((subject) => vault.openingKeys([subject])))
  expect(statements).not.toHaveBeenCalled()
})

test('a person who never had a key is left out, which is not the same as forgotten', async () => {
  const vault = await open()
  await vault.sealingKeys([ADA])
  await vault.forget([ADA])
  const keys = await vault.openingKeys([ADA, BEN])
  expect(keys.get(ADA)).toBe(ERASED)
  expect(keys.has(BEN)).toBe(false)
})

test('a forgotten person cannot be read or sealed for again, also after a restart', async () => {
  const vault = await open()
  await vault.sealingKeys([ADA, BEN])
  await vault.forget([ADA])
  await vault.forget([ADA])
  for (const process of [vault, await open()]) {
    expect((await process.openingKeys([ADA])).get(ADA)).toBe(ERASED)
    expect((await process.sealingKeys([ADA])).get(ADA)).toBe(ERASED)
    expect((await process.openingKeys([BEN])).get(BEN)).not.toBe(ERASED)
  }
  const { rows } = await database.pool.query(
    `SELECT subject, wrapped, erased_at IS NOT NULL AS erased FROM vault_keys WHERE subject = $1`,
    [ADA],
  )
  expect(rows).toEqual([{ subject: ADA, wrapped: null, erased: true }])
})

test('somebody forgotten before they had a key never gets one', async () => {
  const vault = await open()
  await vault.forget([ADA])
  expect((await vault.sealingKeys([ADA])).get(ADA)).toBe(ERASED)
})

test('another process that holds the key in memory drops it when the person is forgotten', async () => {
  const [one, other] = [await open(), await open()]
  await one.sealingKeys([ADA])
  expect((await other.openingKeys([ADA])).get(ADA)).not.toBe(ERASED)
  await one.forget([ADA])
  await expect.poll(async () => (await other.openingKeys([ADA])).get(ADA)).toBe(ERASED)
})

test('a process whose listening connection was cut still learns of a forgetting in the meantime', async () => {
  const [one, other] = [await open(), await open()]
  await one.sealingKeys([ADA])
  await other.openingKeys([ADA])
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'guestguard listen%'`,
  )
  await one.forget([ADA])
  await expect.poll(async () => (await other.openingKeys([ADA])).get(ADA), { timeout: 10_000 }).toBe(ERASED)
})

test('a key that was looked up before its forgetting went by unheard is not kept', async () => {
  const vault = await open()
  await vault.sealingKeys([ADA, BEN])
  const late = await open()
  await late.openingKeys([BEN])
  const beforeForgetting = await database.pool.query(
    'SELECT subject, master_key_id AS "masterKeyId", wrapped FROM vault_keys WHERE subject = $1',
    [ADA],
  )
  const answer = Promise.withResolvers<typeof beforeForgetting>()
  const statements = vi.spyOn(database.pool, 'query').mockReturnValueOnce(answer.promise as never)
  const asked = late.openingKeys([ADA])
  await expect.poll(() => statements.mock.calls.length).toBe(1)
  // Without a word, as while the connection that listens is gone. Once it is back, Ben's key is not in memory any more
  // and is waited for, behind the answer that is held.
  const inMemory = () =>
    Promise.race([late.openingKeys([BEN]).then(() => true), setTimeout(20).then(() => false)])
  expect(await inMemory()).toBe(true)
  await database.pool.query('UPDATE vault_keys SET wrapped = NULL, master_key_id = NULL, erased_at = now()')
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'guestguard listen%'`,
  )
  await expect.poll(inMemory, { timeout: 10_000 }).toBe(false)
  answer.resolve(beforeForgetting)
  expect((await asked).get(ADA)).not.toBe(ERASED)
  expect((await late.openingKeys([ADA])).get(ADA)).toBe(ERASED)
})

test('a memory too small for all keys only means more reading', async () => {
  const vault = await open({ cacheSize: 2 })
  const subjects = Array.from({ length: 50 }, (_, at) => `guest.01JEVENT.${String(at)}`)
  const made = await vault.sealingKeys(subjects)
  const read = await vault.openingKeys(subjects)
  for (const subject of subjects) expect(keyOf(read, subject).equals(keyOf(made, subject))).toBe(true)
})

test('a wrapped key that was altered or moved to another person is refused', async () => {
  await (await open()).sealingKeys([ADA, BEN])
  await database.pool.query(
    `UPDATE vault_keys SET wrapped = (SELECT wrapped FROM vault_keys WHERE subject = $2) WHERE subject = $1`,
    [ADA, BEN],
  )
  await expect((await open()).openingKeys([ADA])).rejects.toThrow(`the key of ${ADA} was altered`)
})

test('a key wrapped under a master key that is not here is a loud error', async () => {
  await (await open()).sealingKeys([ADA])
  const stranger = await open({ ring: new KeyRing([Buffer.from(SECRET).reverse()]) })
  await expect(stranger.openingKeys([ADA])).rejects.toThrow(UnknownMasterKey)
})

test('a failed statement fails those who waited for it and nobody after them', async () => {
  const vault = await open()
  const broken = vi.spyOn(database.pool, 'query').mockRejectedValueOnce(new Error('cut'))
  await expect(Promise.all([vault.sealingKeys([ADA]), vault.sealingKeys([BEN])])).rejects.toThrow('cut')
  broken.mockRestore()
  expect((await vault.sealingKeys([ADA])).has(ADA)).toBe(true)
})
