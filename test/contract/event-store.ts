import { afterAll, beforeAll, describe } from 'vitest'
import { describeAppends } from './event-store/appends.ts'
import { describeClosing } from './event-store/closing.ts'
import { describeConcurrency } from './event-store/concurrency.ts'
import type { OpenStore, StoreUnderTest } from './event-store/fixtures.ts'
import { describeLogReads } from './event-store/log-reads.ts'
import { describePayloads } from './event-store/payloads.ts'
import { describeStreamReads } from './event-store/stream-reads.ts'
import { describeSubscriptions } from './event-store/subscriptions.ts'

/**
 * What every event store of this product must do, stated as the guarantee that all of them share. The store may hold
 * facts of other tests and of earlier runs.
 * @param open opens a store; two of them see the same log
 */
export function eventStoreBehaviour(name: string, open: OpenStore): void {
  describe(`${name} behaves as an event store`, () => {
    let opened: StoreUnderTest | undefined
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(async () => {
      await opened?.dispose()
    })
    const store = () => {
      if (opened === undefined) throw new Error('the store is not open')
      return opened.store
    }
    describeAppends(store)
    describeStreamReads(store)
    describePayloads(store)
    describeLogReads(store)
    describeSubscriptions(store)
    describeConcurrency(store)
    describeClosing(open)
  })
}
