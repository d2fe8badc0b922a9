import { afterAll, beforeAll, describe } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import type { EventStore } from '../../src/eventstore/port.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { eventStoreBehaviour } from '../contract/event-store.ts'
import { type EsdbServer, startEsdbServer } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

describe('over the real client and protocol', () => {
  let database: TestDatabase
  let pool: Pool
  let behind: EventStore
  let server: EsdbServer
  beforeAll(async () => {
    database = await createTestDatabase(migrations)
    pool = createPool(database.url, { log: silentLog, max: 6 })
    behind = createEmbeddedStore({ pool, log: silentLog })
    server = await startEsdbServer(behind)
  })
  afterAll(async () => {
    server.stop()
    await behind.close()
    await pool.end()
    await database.drop()
  })

  eventStoreBehaviour('the EventStoreDB adapter', () => Promise.resolve(openAt(server.url)))
})

/** A real EventStoreDB or KurrentDB, with all system projections running. */
const real = process.env['EVENTSTORE_URL']
if (real !== undefined && real !== '') {
  eventStoreBehaviour('the EventStoreDB adapter at EVENTSTORE_URL', () => Promise.resolve(openAt(real)))
}

function openAt(url: string) {
  const store = createEventStoreDbStore(url)
  return { store, dispose: () => store.close() }
}
