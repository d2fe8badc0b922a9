import { eventStoreBehaviour } from '../contract/event-store.ts'
import { MemoryEventStore, MemoryLog } from './memory-event-store.ts'

const log = new MemoryLog()

eventStoreBehaviour('the store in memory', () => {
  const store = new MemoryEventStore(log)
  return Promise.resolve({ store, dispose: () => store.close() })
})
