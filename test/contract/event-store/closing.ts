import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../../src/eventstore/port.ts'
import { fact, facts, flatten, newCategory, newStream, type OpenStore, recordsOf } from './fixtures.ts'
import { Follower } from './follower.ts'

export function describeClosing(open: OpenStore): void {
  describe('closing', () => {
    it('finishes the appends and reads under way and keeps what it promised', async () => {
      const [closed, other] = [await open(), await open()]
      const streams = Array.from({ length: 40 }, () => newStream())
      await Promise.all(streams.map((stream) => closed.store.append(stream, 'no_stream', facts(1))))
      const appends = streams.map((stream, n) => closed.store.append(stream, 0, [fact(n)]))
      const reads = streams.map((stream) => closed.store.readStream(stream, { limit: 1 }))
      await closed.store.close()
      for (const append of appends) expect((await append).revision).toBe(1)
      for (const read of reads) expect(await read).toMatchObject({ exists: true })
      for (const stream of streams) expect(await recordsOf(other.store, stream)).toHaveLength(2)
      await Promise.all([closed.dispose(), other.dispose()])
    })

    it('ends subscriptions without an error', async () => {
      const opened = await open()
      const { store } = opened
      const live = new Follower(store, { after: await store.head() })
      await live.until((f) => f.caughtUp() === 1)
      const reading = new Follower(store, { after: 0n })
      await store.close()
      await live.ended
      await reading.ended
      await opened.dispose()
    })

    it('refuses every later call, and closing twice is closing once', async () => {
      const opened = await open()
      const { store } = opened
      await store.append(newStream(), 'any', facts(1))
      await store.close()
      await store.close()
      await expect(store.append(newStream(), 'any', facts(1))).rejects.toThrow(StoreUnavailable)
      await expect(store.readStream(newStream())).rejects.toThrow(StoreUnavailable)
      await expect(store.head()).rejects.toThrow(StoreUnavailable)
      await expect(store.tombstone(newStream())).rejects.toThrow(StoreUnavailable)
      await expect(flatten(store.readCategory(newCategory()))).rejects.toThrow(StoreUnavailable)
      await expect(flatten(store.readAll())).rejects.toThrow(StoreUnavailable)
      await expect(new Follower(store, { after: 0n }).ended).rejects.toThrow(StoreUnavailable)
      await opened.dispose()
    })
  })
}
