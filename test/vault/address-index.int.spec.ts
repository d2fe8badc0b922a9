import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createCommandHandler } from '../../src/commands/handle.ts'
import { hostIdOf, registerHost } from '../../src/commands/registration.ts'
import { createEmbeddedStore } from '../../src/eventstore/embedded/store.ts'
import { createLog } from '../../src/eventstore/log.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { allMigrations } from '../../src/migrations.ts'
import { createTokens } from '../../src/tokens/tokens.ts'
import { openAddressIndex } from '../../src/vault/address-index.ts'
import { openKeyRing } from '../../src/vault/open-key-ring.ts'
import { rotateMasterKey } from '../../src/vault/rotate.ts'
import { openVault } from '../../src/vault/vault.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

const [A, B, C] = [
  'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=',
  'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=',
] as const
const ADA = 'ada@example.org'

let database: TestDatabase
let dataDir: string
beforeEach(async () => {
  database = await createTestDatabase(allMigrations)
  dataDir = await mkdtemp(path.join(tmpdir(), 'guestguard-addresses-'))
})
afterEach(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true })
})

/** One process with these master keys, the active one first. */
async function start(...masterKeys: readonly string[]) {
  const { pool, url } = database
  const source = { dataDir, masterKey: masterKeys.join(',') }
  const ring = await openKeyRing(source, pool)
  const vault = await openVault({ pool, url, ring, log: silentLog })
  const store = createEmbeddedStore({ pool, log: silentLog })
  onTestFinished(() => vault.close())
  onTestFinished(() => store.close())
  const commands = createCommandHandler(createLog(store, vault))
  const tokens = createTokens(ring, { now: () => 0 }, await openAddressIndex(pool, ring))
  const names = (email: string) => tokens.emailDigests(email)
  return {
    names,
    find: (email: string) => hostIdOf(commands, names(email)),
    async register(email: string, hostId: string) {
      const registration = { hostId, email, emailDigests: names(email), name: null, passwordHash: 'hash' }
      const commandId = commandIdOf('registration', hostId)
      const context = { commandId, actor: 'system:registration', at: 0, correlationId: hostId } as const
      return (await registerHost(commands, registration, context)).hostId
    },
    rotate: () => rotateMasterKey({ source, ring, pool, log: silentLog, batchSize: 1 }),
  }
}

async function accounts(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM eventstore.events WHERE type = 'HostRegistered'`,
  )
  return rows[0]?.n ?? 0
}

const taken = { code: 'email_taken' }

test('a host is found, and the address stays taken, when the old master key is gone after a rotation', async () => {
  await (await start(A)).register(ADA, 'HOST1')
  await (await start(B, A)).rotate()
  const after = await start(B)
  expect(await after.find(ADA)).toBe('HOST1')
  await expect(after.register(ADA, 'HOST2')).rejects.toMatchObject(taken)
})

test('before the rotation a start without the old master key is refused, and says what to do', async () => {
  await (await start(A)).register(ADA, 'HOST1')
  await expect(start(B)).rejects.toThrow(
    /keep it behind the new one until guestguard keys rotate has finished/,
  )
  await start(B, A)
  await expect(start(B)).rejects.toThrow(/sealed under the master key/)
})

test('a rotation that was cut off keeps the old master key needed until another one has finished', async () => {
  await (await start(A)).register(ADA, 'HOST1')
  const rotating = await start(B, A)
  await database.pool.query(`
    CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END $$;
    CREATE TRIGGER cut BEFORE UPDATE ON vault_keys FOR EACH ROW WHEN (new.subject = 'address-index')
      EXECUTE FUNCTION cut_off()`)
  await expect(rotating.rotate()).rejects.toThrow('cut off')
  await expect(start(B)).rejects.toThrow(/sealed under the master key/)
  await database.pool.query('DROP TRIGGER cut ON vault_keys')
  await (await start(B, A)).rotate()
  expect(await (await start(B)).find(ADA)).toBe('HOST1')
})

test.each([
  { one: [A], other: [B, A], order: 'of which one has the new key first already' },
  { one: [A, B], other: [B, A], order: 'with the two keys in either order' },
])('two processes $order give an address that both register at once one account', async ({ one, other }) => {
  await start(A)
  const processes = [await start(...one), await start(...other)]
  const answers = await Promise.allSettled(
    processes.map((process, at) => process.register(ADA, `HOST${String(at)}`)),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await accounts()).toBe(1)
  expect(new Set(await Promise.all(processes.map(({ find }) => find(ADA)))).size).toBe(1)
})

test('an address that a process with the new key first has reserved is taken for one that lacks that key', async () => {
  const old = await start(A)
  await (await start(B, A)).register(ADA, 'HOST1')
  expect(await old.find(ADA)).toBe('HOST1')
  await expect(old.register(ADA, 'HOST2')).rejects.toThrow()
  expect(await accounts()).toBe(1)
})

test('first starts at the same time agree on one name for an address', async () => {
  const processes = await Promise.all([start(A), start(A), start(A)])
  expect(new Set(processes.flatMap(({ names }) => names(ADA))).size).toBe(1)
})

test('the name of an address follows from no master key', async () => {
  const [name] = (await start(A)).names(ADA)
  await database.pool.query('TRUNCATE vault_keys, vault_canary')
  expect((await start(A)).names(ADA)).not.toContain(name)
})

/** As an earlier release left it: addresses are reserved under a key that follows from the master key. */
async function installationOfEarlierRelease(...masterKeys: readonly string[]) {
  const ring = await openKeyRing({ dataDir, masterKey: masterKeys.join(',') }, database.pool)
  await database.pool.query('UPDATE vault_canary SET addresses_by_master_key = DEFAULT')
  return (email: string, keyId: string) =>
    createTokens(ring, { now: () => 0 }, [ring.subkey('email-index', keyId)]).emailDigests(email)[0]
}

test('reservations of an earlier release are found, under each key, when a rotation has made its keys superfluous', async () => {
  const nameOf = await installationOfEarlierRelease(B, A)
  const [b, a] = (await openKeyRing({ dataDir, masterKey: `${B},${A}` }, database.pool)).ids
  const before = [nameOf(ADA, b ?? ''), nameOf(ADA, a ?? '')]
  const [first, ...others] = (await start(B, A)).names(ADA)
  expect(first).toBe(before[0])
  expect(others).toEqual([before[1]])
  await (await start(C, B, A)).rotate()
  expect((await start(C)).names(ADA)).toEqual(expect.arrayContaining(before))
  expect((await start(C)).names(ADA)[0]).toBe(before[0])
})

test('a rotation is enough to keep what an earlier release reserved', async () => {
  const nameOf = await installationOfEarlierRelease(A)
  const source = { dataDir, masterKey: `${B},${A}` }
  const ring = await openKeyRing(source, database.pool)
  await rotateMasterKey({ source, ring, pool: database.pool, log: silentLog })
  expect((await start(B)).names(ADA)).toContain(nameOf(ADA, ring.ids[1] ?? ''))
})

test('a master key that an earlier release lost with its reservations is put back once, and may leave again', async () => {
  const nameOf = await installationOfEarlierRelease(A)
  const [a] = (await openKeyRing({ dataDir, masterKey: A }, database.pool)).ids
  const lost = nameOf(ADA, a ?? '')
  await database.pool.query('DELETE FROM vault_canary')
  await installationOfEarlierRelease(B)
  expect((await start(B)).names(ADA)).not.toContain(lost)
  expect((await start(B, A)).names(ADA)).toContain(lost)
  expect((await start(B)).names(ADA)).toContain(lost)
})
