import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { type EsdbServer, startEsdbServer } from '../support/esdb-server/server.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { requirePages } from '../support/product-process.ts'
import { tellStory } from './story.ts'

// Starts three processes of the product, which a busy machine makes slow.
vi.setConfig({ testTimeout: 120_000 })

let server: EsdbServer
let database: TestDatabase
beforeAll(async () => {
  await requirePages()
  server = await startEsdbServer()
  database = await createTestDatabase()
})
afterAll(async () => {
  server.stop()
  await database.drop()
})

describe('the product on EventStoreDB, as the server of the tests plays it', () => {
  it('serves a party from registration to the door, and its read models can be built again', async () => {
    await tellStory({ name: 'the tests', eventStoreUrl: server.url, databaseUrl: database.url })
  })
})
