import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { ERASED } from '../../src/events/fact.ts'
import type { KeyRing } from '../../src/vault/key-ring.ts'
import { vaultMigrations } from '../../src/vault/migrations.ts'
import { openKeyRing } from '../../src/vault/open-key-ring.ts'
import { rotateMasterKey, type RotationResult } from '../../src/vault/rotate.ts'
import { openVault, type Vault } from '../../src/vault/vault.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

const SUBJECTS = Array.from({ length: 25 }, (_, at) => `guest.01JEVENT.${String(at).padStart(2, '0')}`)
const PLACE = 'event.01JEVENT-guest.00/fact-1'

let database: TestDatabase
let dataDir: string
let keyFile: string
beforeEach(async () => {
  database = await createTestDatabase(vaultMigrations)
  dataDir = mkdtempSync(path.join(tmpdir(), 'guestguard-vault-'))
  keyFile = path.join(dataDir, 'master.key')
})
afterEach(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function openWith(ring: KeyRing): Promise<Vault> {
  const vault = await openVault({ pool: database.pool, url: database.url, ring, log: silentLog })
  onTestFinished(() => vault.close())
  return vault
}

function rotate(ring: KeyRing): Promise<RotationResult> {
  return rotateMasterKey({ source: { dataDir }, ring, pool: database.pool, log: silentLog, batchSize: 10 })
}

async function wrappingKeys(): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    'SELECT DISTINCT master_key_id AS id FROM vault_keys WHERE wrapped IS NOT NULL ORDER BY id',
  )
  return rows.map((row) => row.id)
}

test('the first start makes the key file and later starts find the same key', async () => {
  const first = await openKeyRing({ dataDir }, database.pool)
  const second = await openKeyRing({ dataDir }, database.pool)
  expect(second.ids).toEqual(first.ids)
})

test('a lost key file is reported and not replaced by a new key', async () => {
  const { activeId } = await openKeyRing({ dataDir }, database.pool)
  rmSync(keyFile)
  await expect(openKeyRing({ dataDir }, database.pool)).rejects.toThrow(
    `this database was sealed under the master key ${activeId}, but there is no master key. ` +
      `Put the right key back into ${keyFile}`,
  )
  expect(() => readFileSync(keyFile)).toThrow('ENOENT')
})

test('the key of another installation is reported before anything is served', async () => {
  const { activeId } = await openKeyRing({ dataDir }, database.pool)
  const masterKey = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k='
  await expect(openKeyRing({ dataDir, masterKey }, database.pool)).rejects.toThrow(
    `this database was sealed under the master key ${activeId}, but the keys here are`,
  )
})

test('a rotation wraps every key again, and what was sealed before opens as before', async () => {
  const ring = await openKeyRing({ dataDir }, database.pool)
  const before = ring.activeId
  const vault = await openWith(ring)
  const [subject = ''] = SUBJECTS
  const key = (await vault.sealingKeys(SUBJECTS)).get(subject)
  if (key === undefined || key === ERASED) throw new Error('no key')
  const sealed = vault.seal(key, { name: 'Ada' }, PLACE)
  await vault.forget([SUBJECTS[24] ?? ''])

  const result = await rotate(await openKeyRing({ dataDir }, database.pool))
  // Those of the 24 who are known, and the one that addresses are looked up with.
  expect(result.rewrapped).toBe(25)
  expect(result.activeId).not.toBe(before)
  expect(await wrappingKeys()).toEqual([result.activeId])

  const restarted = await openWith(await openKeyRing({ dataDir }, database.pool))
  const same = (await restarted.openingKeys(SUBJECTS)).get(subject)
  if (same === undefined || same === ERASED) throw new Error('no key')
  expect(restarted.open(same, sealed, PLACE)).toEqual({ name: 'Ada' })
  expect((await restarted.openingKeys(SUBJECTS)).get(SUBJECTS[24] ?? '')).toBe(ERASED)
})

test('after a rotation the old key can be taken out of the file', async () => {
  await (await openWith(await openKeyRing({ dataDir }, database.pool))).sealingKeys(SUBJECTS)
  const { activeId } = await rotate(await openKeyRing({ dataDir }, database.pool))
  const lines = readFileSync(keyFile, 'utf8').split('\n')
  writeFileSync(keyFile, lines.filter((line) => !line.startsWith('k1:')).join('\n'), { mode: 0o600 })
  const ring = await openKeyRing({ dataDir }, database.pool)
  expect(ring.ids).toEqual([activeId])
  expect((await (await openWith(ring)).openingKeys(SUBJECTS)).size).toBe(SUBJECTS.length)
})

test('a process that runs through a rotation goes on reading and takes up the new key', async () => {
  const running = await openKeyRing({ dataDir }, database.pool)
  const vault = await openVault({
    pool: database.pool,
    url: database.url,
    ring: running,
    log: silentLog,
    cacheSize: 1,
  })
  onTestFinished(() => vault.close())
  await vault.sealingKeys(SUBJECTS)
  const { activeId } = await rotate(await openKeyRing({ dataDir }, database.pool))
  expect((await vault.openingKeys(SUBJECTS)).size).toBe(SUBJECTS.length)
  await expect.poll(() => running.activeId).toBe(activeId)
})

test('a rotation that was cut off is finished by the next one, with the same new key', async () => {
  const ring = await openKeyRing({ dataDir }, database.pool)
  await (await openWith(ring)).sealingKeys(SUBJECTS)
  await database.pool.query(`
    CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END $$;
    CREATE TRIGGER cut BEFORE UPDATE ON vault_keys FOR EACH ROW WHEN (new.subject = 'guest.01JEVENT.15')
      EXECUTE FUNCTION cut_off()`)
  await expect(rotate(ring)).rejects.toThrow('cut off')
  const half = await openKeyRing({ dataDir }, database.pool)
  expect(await wrappingKeys()).toHaveLength(2)

  await database.pool.query('DROP TRIGGER cut ON vault_keys')
  const result = await rotate(half)
  expect(result).toEqual({ activeId: half.activeId, rewrapped: 16 })
  expect(half.ids).toHaveLength(2)
})

test('rotations at once run one after the other and lose no key', async () => {
  await (await openWith(await openKeyRing({ dataDir }, database.pool))).sealingKeys(SUBJECTS)
  const rings = await Promise.all([1, 2, 3, 4, 5].map(() => openKeyRing({ dataDir }, database.pool)))
  await Promise.all(rings.map(rotate))
  const ring = await openKeyRing({ dataDir }, database.pool)
  expect(ring.ids).toHaveLength(6)
  expect(await wrappingKeys()).toEqual([ring.activeId])
})

test('with MASTER_KEY set, a new first key in it takes over and the file is not touched', async () => {
  const [a, b] = [
    'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=',
    'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  ]
  await (await openWith(await openKeyRing({ dataDir, masterKey: a }, database.pool))).sealingKeys(SUBJECTS)
  const source = { dataDir, masterKey: `new:${b},old:${a}` }
  const ring = await openKeyRing(source, database.pool)
  const result = await rotateMasterKey({ source, ring, pool: database.pool, log: silentLog })
  expect(result.rewrapped).toBe(SUBJECTS.length)
  expect((await openKeyRing({ dataDir, masterKey: b }, database.pool)).ids).toEqual([result.activeId])
  expect(() => {
    renameSync(keyFile, `${keyFile}.old`)
  }).toThrow('ENOENT')
})
