import { afterAll, beforeAll, describe } from 'vitest'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import { eventStoreBehaviour } from '../contract/event-store.ts'
import { type EsdbServer, startEsdbServer } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'

describe('over the real client and protocol', () => {
  let server: EsdbServer
  beforeAll(async () => {
    server = await startEsdbServer()
  })
  afterAll(() => {
    server.stop()
  })

  eventStoreBehaviour('the EventStoreDB adapter', () => {
    const store = createEventStoreDbStore(server.url, silentLog)
    return Promise.resolve({ store, dispose: () => store.close() })
  })
})
