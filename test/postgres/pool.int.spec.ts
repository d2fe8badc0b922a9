import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase([{ id: 'notes', sql: 'CREATE TABLE notes (text text)' }])
})
afterAll(async () => {
  await database.drop()
})

test('a test database has the tables of its migrations', async () => {
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM notes')
  expect(rows).toEqual([{ n: 0 }])
})
