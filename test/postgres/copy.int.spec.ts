import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyIn, copyOut } from '../../src/postgres/copy.ts'
import type { PoolClient } from '../../src/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let client: PoolClient

beforeAll(async () => {
  database = await createTestDatabase()
  client = await database.pool.connect()
  await client.query('CREATE TABLE lines (n int PRIMARY KEY, text text)')
})

afterAll(async () => {
  client.release()
  await database.drop()
})

async function* source(...chunks: readonly string[]) {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

it('puts rows in and gets the same out, whatever stands in them', async () => {
  const rows = ['1\tplain', '2\ttab \\t, feed \\n, backslash \\\\', '3\t\\N', '4\tÅ 漢 \\\\.']
  const text = `${rows.join('\n')}\n`
  // Cut anywhere, also within a row.
  await copyIn(client, 'COPY lines FROM STDIN', source(text.slice(0, 12), text.slice(12, 13), text.slice(13)))
  let out = ''
  for await (const chunk of copyOut(client, 'COPY (SELECT * FROM lines ORDER BY n) TO STDOUT'))
    out += chunk.toString()
  expect(out).toBe(text)
})

it('holds a large table in memory only in part, while its reader is slow', async () => {
  let bytes = 0
  let largest = 0
  const sql = `COPY (SELECT n, repeat('x', 1000) FROM generate_series(1, 30000) AS n) TO STDOUT`
  for await (const chunk of copyOut(client, sql)) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    bytes += chunk.length
    largest = Math.max(largest, chunk.length)
  }
  expect(bytes).toBeGreaterThan(30_000_000)
  expect(largest).toBeLessThan(3_000_000)
})

it('says what PostgreSQL refuses, and leaves the connection of use', async () => {
  await expect(copyIn(client, 'COPY lines FROM STDIN', source('1\tagain\n'))).rejects.toMatchObject({
    code: '23505',
  })
  await expect(copyIn(client, 'COPY nowhere FROM STDIN', source(''))).rejects.toMatchObject({ code: '42P01' })
  await expect(copyOut(client, 'COPY nowhere TO STDOUT').next()).rejects.toMatchObject({ code: '42P01' })
  expect((await client.query<{ n: number }>('SELECT count(*)::int AS n FROM lines')).rows).toEqual([{ n: 4 }])
})

it('puts nothing in when the source fails in the middle', async () => {
  async function* broken() {
    yield await Promise.resolve('8\tfine\n')
    throw new Error('the file is torn')
  }
  await expect(copyIn(client, 'COPY lines FROM STDIN', broken())).rejects.toThrow('the file is torn')
  expect((await client.query('SELECT FROM lines WHERE n = 8')).rowCount).toBe(0)
})
