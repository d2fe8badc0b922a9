import { afterEach, describe, expect, it } from 'vitest'
import type { EventStore, LogFilter, Position } from '../../../src/eventstore/port.ts'
import { fact, facts, newCategory, newStream } from './fixtures.ts'
import { Follower } from './follower.ts'

export function describeSubscriptions(store: () => EventStore): void {
  describe('subscribing', () => {
    const followers: Follower[] = []
    afterEach(async () => {
      await Promise.all(followers.splice(0).map((follower) => follower.stop()))
    })
    const follow = (after: Position, filter?: LogFilter): Follower => {
      const follower = new Follower(store(), filter === undefined ? { after } : { after, filter })
      followers.push(follower)
      return follower
    }

    it('delivers the history, says once that it has caught up, and goes on live', async () => {
      const category = newCategory()
      const after = await store().head()
      await store().append(`${category}-1`, 'no_stream', facts(3))
      const follower = follow(after, { streamPrefixes: [`${category}-`] })
      await follower.until((f) => f.caughtUp() === 1)
      expect(follower.numbers).toEqual([0, 1, 2])

      for (let n = 3; n < 8; n += 1) await store().append(`${category}-1`, 'any', [fact(n)])
      await follower.until((f) => f.records.length === 8)
      expect(follower.numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(follower.caughtUp()).toBe(1)
    })

    it('delivers the same records that a read gives', async () => {
      const stream = newStream()
      const after = await store().head()
      const follower = follow(after)
      await follower.until((f) => f.caughtUp() === 1)
      await store().append(stream, 'no_stream', [
        fact(1, { data: { text: 'a\u0000🎉\ud800', n: 1 } }),
        fact(2),
      ])
      await follower.until((f) => f.records.filter((record) => record.stream === stream).length === 2)
      const slice = await store().readStream(stream)
      expect(slice).toMatchObject({ records: follower.records.filter((record) => record.stream === stream) })
    })

    it('without a filter delivers every fact, and none of the store itself', async () => {
      const stream = newStream()
      const after = await store().head()
      const follower = follow(after)
      await store().append(stream, 'no_stream', facts(2))
      await store().tombstone(newStream())
      await store().append(stream, 1, facts(1, 2))
      await follower.until((f) => f.records.filter((record) => record.stream === stream).length === 3)
      expect(
        follower.records.some((record) => record.type.startsWith('$') || record.stream.startsWith('$')),
      ).toBe(false)
    })

    it('delivers only streams with one of the prefixes', async () => {
      const category = newCategory()
      const after = await store().head()
      const follower = follow(after, { streamPrefixes: [`${category}-a`, `${category}-b`] })
      for (const [n, id] of ['a1', 'c1', 'b1', 'ab', 'c2', 'b2'].entries()) {
        await store().append(`${category}-${id}`, 'any', [fact(n)])
      }
      await store().append(`x${category}-a`, 'any', [fact(99)])
      await store().append(`${category}-a9`, 'any', [fact(6)])
      await follower.until((f) => f.numbers.includes(6))
      expect(follower.numbers).toEqual([0, 2, 3, 5, 6])
    })

    it('delivers only types with one of the prefixes', async () => {
      const category = newCategory()
      const after = await store().head()
      await store().append(`${category}-1`, 'any', [
        fact(0, { type: `${category}.A` }),
        fact(1, { type: 'Other' }),
      ])
      const follower = follow(after, { typePrefixes: [`${category}.A`, `${category}.C`] })
      await follower.until((f) => f.caughtUp() === 1)
      const types = ['B', 'C', 'AA', 'xA'].map((type, n) => fact(n + 2, { type: `${category}.${type}` }))
      await store().append(`${category}-2`, 'any', types)
      await store().append(`${category}-2`, 'any', [fact(6, { type: `${category}.A` })])
      await follower.until((f) => f.numbers.includes(6))
      expect(follower.numbers).toEqual([0, 3, 4, 6])
    })

    it('catches up at or after the head of before, also when it wants none of the facts', async () => {
      await store().append(newStream(), 'any', facts(5))
      const head = await store().head()
      const follower = follow(0n, { streamPrefixes: [`${newCategory()}-`] })
      await follower.until((f) => f.caughtUp() === 1)
      const caughtUp = follower.messages.find((message) => message.kind === 'caught_up')
      expect(caughtUp?.position).toBeGreaterThanOrEqual(head)
      expect(follower.records).toEqual([])
    })

    it('resumes after any position it told, and delivers every later fact once', async () => {
      const category = newCategory()
      const filter = { streamPrefixes: [`${category}-`] }
      const after = await store().head()
      const first = follow(after, filter)
      for (let n = 0; n < 30; n += 1) {
        await store().append(`${category}-${String(n % 3)}`, 'any', [fact(n)])
        await store().append(newStream(), 'any', [fact(n)])
      }
      await first.until((f) => f.records.length === 30)
      const told = first.messages.map((message) =>
        message.kind === 'fact' ? message.record.position : message.position,
      )
      for (const position of [after, ...told.filter((_, i) => i % 7 === 0)]) {
        const expected = first.records.filter((record) => record.position > position)
        const resumed = follow(position, filter)
        await resumed.until((f) => f.caughtUp() === 1 && f.records.length >= expected.length)
        expect(resumed.records).toEqual(expected)
      }
    })

    it('serves several subscribers, each in its own place', async () => {
      const category = newCategory()
      const filter = { streamPrefixes: [`${category}-`] }
      const start = await store().head()
      const { position: middle } = await store().append(`${category}-1`, 'no_stream', facts(10))
      const all = [follow(start, filter), follow(middle, filter), follow(start, filter)]
      await store().append(`${category}-1`, 9, facts(10, 10))
      await Promise.all(all.map((follower) => follower.until((f) => f.numbers.at(-1) === 19)))
      expect(all.map((follower) => follower.records.length)).toEqual([20, 10, 20])
    })

    it('ends without an error when it is aborted: before it begins, in the history, or at the live end', async () => {
      const head = await store().head()
      await expect(
        store().subscribe({ after: head, signal: AbortSignal.abort() })[Symbol.asyncIterator]().next(),
      ).resolves.toEqual({ done: true, value: undefined })
      await new Follower(store(), { after: 0n }).stop()
      const live = new Follower(store(), { after: head })
      await live.until((f) => f.caughtUp() === 1)
      await live.stop()
    })

    it('can be left by the consumer, who then may subscribe again', async () => {
      const stream = newStream()
      const after = await store().head()
      await store().append(stream, 'no_stream', facts(3))
      const abort = new AbortController()
      for (let times = 0; times < 3; times += 1) {
        for await (const [first] of store().subscribe({
          after,
          filter: { streamPrefixes: [stream] },
          signal: abort.signal,
        })) {
          expect(first).toMatchObject({ kind: 'fact', record: { data: { n: 0 } } })
          break
        }
      }
    })

    it('waits for a consumer that is slow, and loses nothing meanwhile', async () => {
      const category = newCategory()
      const after = await store().head()
      const abort = new AbortController()
      const seen: unknown[] = []
      const appending = Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          store().append(`${category}-${String(n % 5)}`, 'any', [fact(n)]),
        ),
      )
      for await (const batch of store().subscribe({
        after,
        filter: { streamPrefixes: [category] },
        signal: abort.signal,
      })) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        for (const message of batch) if (message.kind === 'fact') seen.push(message.record.data['n'])
        if (seen.length === 200) abort.abort()
      }
      await appending
      expect(new Set(seen).size).toBe(200)
      expect(seen).toHaveLength(200)
    })
  })
}
