import { describe, inject, it } from 'vitest'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import { eventStoreBehaviour } from '../contract/event-store.ts'
import { silentLog } from '../support/log.ts'
import { requirePages } from '../support/product-process.ts'
import { tellStory } from './story.ts'
import './targets.ts'

// In this order: the behaviour suite leaves facts behind that the product does not know, and must not.
describe.each(inject('targets'))('on $name', (target) => {
  it('the product serves a party from registration to the door, and its read models can be built again', async () => {
    await requirePages()
    await tellStory(target)
  })

  eventStoreBehaviour('the EventStoreDB adapter', () => {
    const store = createEventStoreDbStore(target.eventStoreUrl, silentLog)
    return Promise.resolve({ store, dispose: () => store.close() })
  })
})
