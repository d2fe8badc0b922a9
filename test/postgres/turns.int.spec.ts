import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { createTurns, type InTurn } from '../../src/postgres/turns.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
const pools: Pool[] = []
let one: InTurn
let other: InTurn

/** As a process of its own, with the fewest connections. */
function aProcess(): InTurn {
  const pool = createPool(database.url, { log: silentLog, max: 1, applicationName: 'turns' })
  pools.push(pool)
  return createTurns(pool)
}

beforeEach(async () => {
  database = await createTestDatabase()
  one = aProcess()
  other = aProcess()
})

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end()
  await database.drop()
})

/** Work that is begun, and ends when it is told to. */
function aWork() {
  const begun = Promise.withResolvers<undefined>()
  const end = Promise.withResolvers<undefined>()
  const work = async () => {
    begun.resolve(undefined)
    await end.promise
    return 'done'
  }
  return {
    work,
    begun: begun.promise,
    end: () => {
      end.resolve(undefined)
    },
  }
}

async function connections(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'turns'`,
  )
  return rows[0]?.n ?? 0
}

describe('work with the same key', () => {
  it.each([
    ['one process', () => one],
    ['another process', () => other],
  ])('in %s waits until what was begun before has ended', async (_where, second) => {
    const first = aWork()
    const order: string[] = []
    const held = one('party', first.work).then(() => order.push('first'))
    await first.begun
    const waiting = second()('party', () => Promise.resolve(order.push('second')))
    await one('another party', () => Promise.resolve(order.push('meanwhile')))
    first.end()
    await Promise.all([held, waiting])
    expect(order).toEqual(['meanwhile', 'first', 'second'])
  })

  it('goes on after work that failed, which is told to whoever asked for it', async () => {
    const failing = one('party', () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(await other('party', () => Promise.resolve('yes'))).toBe('yes')
    await expect.poll(connections).toBe(0)
  })

  it('goes on elsewhere when the connection that holds the turn breaks, and here as well', async () => {
    const first = aWork()
    const held = one('party', first.work)
    await first.begun
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'turns'`,
    )
    expect(await other('party', () => Promise.resolve('elsewhere'))).toBe('elsewhere')
    first.end()
    expect(await held).toBe('done')
    expect(await one('party', () => Promise.resolve('here'))).toBe('here')
    await expect.poll(connections).toBe(0)
  })
})

it('has one connection, however much has its turn', async () => {
  const works = Array.from({ length: 5 }, aWork)
  const all = works.map(({ work }, at) => one(`party ${String(at)}`, work))
  await Promise.all(works.map(({ begun }) => begun))
  expect(await connections()).toBe(1)
  for (const { end } of works) end()
  expect(await Promise.all(all)).toEqual(works.map(() => 'done'))
  await expect.poll(connections).toBe(0)
})
