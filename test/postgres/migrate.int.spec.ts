import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  await database.drop()
})

const first = { id: 'a-001', sql: 'CREATE TABLE a (n int); INSERT INTO a VALUES (1)' }
const second = { id: 'a-002', sql: 'INSERT INTO a VALUES (2)' }

async function rows(): Promise<unknown[]> {
  return (await database.pool.query<{ n: number }>('SELECT n FROM a ORDER BY n')).rows
}

test('migrations run once, in order, and later ones run on top', async () => {
  expect(await migrate(database.pool, [first])).toEqual(['a-001'])
  expect(await migrate(database.pool, [first, second])).toEqual(['a-002'])
  expect(await migrate(database.pool, [first, second])).toEqual([])
  expect(await rows()).toEqual([{ n: 1 }, { n: 2 }])
})

test('processes that start together apply each migration once', async () => {
  const applied = await Promise.all([1, 2, 3, 4, 5].map(() => migrate(database.pool, [first, second])))
  expect(applied.flat().sort()).toEqual(['a-001', 'a-002'])
  expect(await rows()).toEqual([{ n: 1 }, { n: 2 }])
})

test('a migration that fails leaves none of its run behind', async () => {
  await expect(migrate(database.pool, [first, { id: 'a-003', sql: 'SELECT nonsense' }])).rejects.toThrow(
    'nonsense',
  )
  expect(await migrate(database.pool, [first])).toEqual(['a-001'])
})

test('a migration that was edited after it was applied is refused by name', async () => {
  await migrate(database.pool, [first])
  await expect(migrate(database.pool, [{ id: 'a-001', sql: 'CREATE TABLE b (n int)' }])).rejects.toThrow(
    'migration a-001 was changed after it was applied',
  )
})
