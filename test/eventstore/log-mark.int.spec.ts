import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { forgetLog, holdToItsLog, markMigrations } from '../../src/eventstore/log-mark.ts'
import type { EventStore } from '../../src/eventstore/port.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

const FIRST = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'

let database: TestDatabase
const logs: { readonly store: EventStore; readonly close: () => Promise<void> }[] = []

beforeAll(async () => {
  database = await createTestDatabase(markMigrations)
})

afterAll(async () => {
  for (const { close } of logs) await close()
  await database.drop()
})

/** A log with these facts, in a database of its own. */
async function logOf(...ids: string[]): Promise<EventStore> {
  const home = await createTestDatabase(migrations)
  const store = createEmbeddedStore({ pool: home.pool, log: silentLog })
  const close = async () => {
    await store.close()
    await home.drop()
  }
  logs.push({ store, close })
  for (const id of ids)
    await store.append(`host-${id}`, 'no_stream', [{ id, type: 'A', data: {}, metadata: {} }])
  return store
}

const hold = (store: EventStore) => holdToItsLog(database.pool, store)

it('takes any log as long as there was none with facts, and then only that one', async () => {
  await hold(await logOf())
  const own = await logOf(FIRST)
  await hold(own)
  await own.append('host-x', 'any', [{ id: OTHER, type: 'A', data: {}, metadata: {} }])
  await hold(own)

  await expect(hold(await logOf(OTHER, FIRST))).rejects.toThrow(
    `begins with fact ${FIRST} at position 1, and this one begins with ${OTHER} at 1`,
  )
  await expect(hold(await logOf())).rejects.toThrow('and this one has no facts')
  await hold(own)
})

it('tells a copy by the place of its first fact, and takes it once it was adopted', async () => {
  const copy = await logOf(FIRST)
  const moved = { readAll: () => shifted(copy) }
  await expect(holdToItsLog(database.pool, moved)).rejects.toThrow('run guestguard log adopt once')
  await forgetLog(database.pool)
  await holdToItsLog(database.pool, moved)
  await expect(hold(copy)).rejects.toThrow(`at position 1001, and this one begins with ${FIRST} at 1`)
})

/** The log as another store holds it: with the same facts at other positions. */
async function* shifted(store: EventStore) {
  for await (const page of store.readAll()) {
    yield page.map((record) => ({ ...record, position: record.position + 1000n }))
  }
}

it('is held by two processes that start at the same time', async () => {
  await forgetLog(database.pool)
  const [one, two] = [await logOf(FIRST), await logOf(OTHER)]
  const outcomes = await Promise.allSettled([hold(one), hold(two), hold(one), hold(two)])
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2)
})
