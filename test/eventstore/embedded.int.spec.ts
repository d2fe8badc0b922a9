import { afterAll, beforeAll } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { eventStoreBehaviour } from '../contract/event-store.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(migrations)
})
afterAll(async () => {
  await database.drop()
})

eventStoreBehaviour('the embedded store', () => {
  const pool = createPool(database.url, { log: silentLog, max: 6 })
  const store = createEmbeddedStore({ pool, log: silentLog })
  const dispose = async () => {
    await store.close()
    await pool.end()
  }
  return Promise.resolve({ store, dispose })
})
