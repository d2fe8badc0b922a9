import { afterAll, beforeAll } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { eventStoreBehaviour } from '../contract/event-store.ts'
import { becomeOnlyWriter } from './only-writer.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(migrations)
})
afterAll(async () => {
  await database.drop()
})

function openStore() {
  const pool = createPool(database.url, { log: silentLog, max: 6 })
  const store = createEmbeddedStore({ pool, log: silentLog })
  const dispose = async () => {
    await store.close()
    await pool.end()
  }
  return { store, dispose }
}

eventStoreBehaviour('the embedded store', () => Promise.resolve(openStore()))

eventStoreBehaviour('the embedded store that knows to be the only writer', async () => {
  const opened = openStore()
  await becomeOnlyWriter(opened.store)
  return opened
})
