import { afterAll, beforeAll, expect, test } from 'vitest'
import { assertUsable, createPool, within, withTransaction } from '../../src/postgres/pool.ts'
import { recordingLog, silentLog } from '../support/log.ts'
import { poolOverNetwork } from '../support/over-network.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase([{ id: 'notes', sql: 'CREATE TABLE notes (text text NOT NULL)' }])
})
afterAll(async () => {
  await database.drop()
})

async function notes(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>('SELECT text FROM notes ORDER BY text')
  return rows.map((row) => row.text)
}

test('a transaction commits what its work wrote and returns its result', async () => {
  const result = await withTransaction(database.pool, async (client) => {
    await client.query(`INSERT INTO notes VALUES ('kept')`)
    return 'done'
  })
  expect(result).toBe('done')
  expect(await notes()).toEqual(['kept'])
})

test('a transaction whose work throws leaves nothing and rethrows', async () => {
  const failing = withTransaction(database.pool, async (client) => {
    await client.query(`INSERT INTO notes VALUES ('lost')`)
    throw new Error('after the write')
  })
  await expect(failing).rejects.toThrow('after the write')
  expect(await notes()).toEqual(['kept'])
})

test('a connection that is lost inside a transaction fails that transaction and nothing else', async () => {
  const log = recordingLog()
  const pool = createPool(database.url, { log, max: 1 })
  const lost = withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    await client.query('SELECT 1')
  })
  await expect(lost).rejects.toThrow()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('an idle connection that is lost is logged and replaced', async () => {
  const log = recordingLog()
  const pool = createPool(database.url, { log, max: 1 })
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const gone = new Promise((resolve) => pool.once('error', resolve))
  await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
  await gone
  expect(log.lines.join()).toContain('a PostgreSQL connection was lost')
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a connection that goes silent inside a transaction is not asked to roll back for ever', async () => {
  const { pool, network } = await poolOverNetwork(database.url, { max: 1 })
  const lost = withTransaction(pool, async (client) => {
    network.strand()
    await client.query(within(100, { text: 'SELECT 1' }))
  })
  await expect(lost).rejects.toThrow('Query read timeout')
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
}, 20_000)

async function complaintAbout(url: string): Promise<string> {
  const pool = createPool(url, { log: silentLog })
  try {
    await assertUsable(pool, url)
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error'
  } finally {
    await pool.end()
  }
}

test('a database that can be used is not complained about', async () => {
  expect(await complaintAbout(database.url)).toBe('none')
})

test('a wrong DATABASE_URL is explained in one line that does not hold the password', async () => {
  const { host, password } = new URL(database.url)
  const wrong = {
    nobodyListens: 'postgres://guest:s3cret@127.0.0.1:1/guestguard',
    wrongPassword: database.url.replace(password, 's3cret'),
    noSuchDatabase: `postgres://guestguard:${password}@${host}/not_there`,
  }
  const nobodyListens = await complaintAbout(wrong.nobodyListens)
  expect(nobodyListens).toContain(
    'DATABASE_URL: cannot use PostgreSQL at guest@127.0.0.1:1/guestguard: connect ECONNREFUSED',
  )
  const wrongPassword = await complaintAbout(wrong.wrongPassword)
  expect(wrongPassword).toContain('password authentication failed for user "guestguard"')
  const noSuchDatabase = await complaintAbout(wrong.noSuchDatabase)
  expect(noSuchDatabase).toContain('database "not_there" does not exist')
  const all = [nobodyListens, wrongPassword, noSuchDatabase].join(' ')
  expect(all).not.toContain('\n')
  expect(all).not.toContain('s3cret')
  expect(all).not.toContain(password)
})

test('a DATABASE_URL that is no URL is explained', async () => {
  expect(await complaintAbout('my database')).toContain(
    'not a URL like postgres://user:password@host:5432/name',
  )
})
