import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test as base } from 'vitest'
import { allMigrations } from '../../src/migrations.ts'
import type { Migration } from '../../src/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { guestguard, type Ran } from './guestguard.ts'

const it = base.extend('installation', async ({}, { onCleanup }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-release-'))
  const databases: TestDatabase[] = []
  onCleanup(async () => {
    for (const database of databases) await database.drop()
    await rm(folder, { recursive: true })
  })
  /** An installation whose database has these migrations. */
  return async (migrations: readonly Migration[]) => {
    const database = await createTestDatabase(migrations)
    databases.push(database)
    const env = { DATABASE_URL: database.url, DATA_DIR: folder }
    const run = (command: string): Promise<Ran> => guestguard(env, ...command.split(' '))
    const applied = async () => {
      const sql = 'SELECT id FROM schema_migrations ORDER BY applied_at, id'
      const { rows } = await database.pool.query<{ id: string }>(sql)
      return rows.map(({ id }) => id)
    }
    return { pool: database.pool, run, applied }
  }
})

const refusal = (sentence: string) => ({
  code: 1,
  out: '',
  errors: expect.stringContaining(sentence) as unknown,
})

const last = allMigrations.at(-1)?.id ?? ''

it('changes nothing in a database of an older release when it only reads', async ({ installation }) => {
  const { run, applied } = await installation(allMigrations.slice(0, -1))
  const older = `The database is of an older release than this guestguard (it lacks ${last}).`
  expect(await run('log stats')).toMatchObject(refusal(older))
  expect(await run('projections status')).toMatchObject(refusal(older))
  expect(await applied()).not.toContain(last)
}, 30_000)

it('brings a database of an older release up to date when it writes', async ({ installation }) => {
  const { run, applied } = await installation(allMigrations.slice(0, -1))
  expect(await run('flags set import off')).toMatchObject({ code: 0 })
  expect(await applied()).toContain(last)
  expect(await run('log stats')).toMatchObject({ code: 0 })
}, 30_000)

it('reads nothing of a database of a newer release, or of one that was never used', async ({
  installation,
}) => {
  const newer = await installation(allMigrations)
  await newer.pool.query(`INSERT INTO schema_migrations (id, checksum) VALUES ('guests-999', 'abc')`)
  expect(await newer.run('flags list')).toMatchObject(
    refusal('The database is of a newer release than this guestguard (it has guests-999).'),
  )
  const empty = await installation([])
  await empty.pool.query('DROP TABLE schema_migrations')
  expect(await empty.run('log stats')).toMatchObject(refusal('There is nothing in this database yet.'))
  const { rows } = await empty.pool.query(`SELECT to_regclass('schema_migrations') AS made`)
  expect(rows).toEqual([{ made: null }])
}, 30_000)
