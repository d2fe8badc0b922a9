import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import {
  type EventStore,
  type Position,
  StoreUnavailable,
  type StoredRecord,
  type SubscriptionMessage,
} from '../../src/eventstore/port.ts'
import { supervise } from '../../src/eventstore/subscription.ts'
import { fact, facts, newCategory, newStream, numbersOf } from '../contract/event-store/fixtures.ts'
import { Follower } from '../contract/event-store/follower.ts'
import { recordingLog } from '../support/log.ts'
import { overGrpc as it } from './over-grpc.ts'

/** Facts of a category that are appended in order, many in one append, between facts of others. */
async function history(store: EventStore, category: string, count: number, atATime: number): Promise<void> {
  for (let n = 0; n < count; n += atATime) {
    await store.append(`${category}-1`, 'any', facts(atATime, n))
    await store.append(newStream(), 'any', facts(atATime))
  }
}

describe('a subscription to EventStoreDB', () => {
  it.for([
    ['ends when the server ends it', 'quietly', true],
    ['fails when the server goes down', 'unavailable', false],
  ] as const)('%s', async ([_, how, ends], { server, store }) => {
    const follower = new Follower(store, { after: await store.head() })
    await follower.until((f) => f.caughtUp() === 1)
    server.dropSubscriptions(how)
    if (ends) await follower.ended
    else await expect(follower.ended).rejects.toThrow(StoreUnavailable)
  })

  it('fails when the connection is cut, and when the server does not confirm it', async ({
    server,
    store,
    connect,
  }) => {
    const follower = new Follower(store, { after: await store.head() })
    await follower.until((f) => f.caughtUp() === 1)
    server.cut()
    await expect(follower.ended).rejects.toThrow(StoreUnavailable)

    const impatient = connect(`${server.url}&defaultDeadline=200`)
    server.faults.failRead('subscription', 0, 'silence')
    const unconfirmed = new Follower(impatient, { after: 0n })
    await expect(unconfirmed.ended).rejects.toThrow('did not confirm a subscription within 200 ms')
  })

  it('fails at a live end where the server says nothing more and does not answer', async ({
    server,
    connect,
  }) => {
    const impatient = connect(`${server.url}&defaultDeadline=200`)
    const follower = new Follower(impatient, { after: await impatient.head() })
    await follower.until((f) => f.caughtUp() === 1)
    server.faults.failRead('$all', 0, 'silence')
    await expect(follower.ended).rejects.toThrow('did not answer a read within 200 ms')
  })

  it('under supervision goes on through every kind of end, and applies every fact once and in order', async ({
    start,
    connect,
  }) => {
    let server = await start()
    const store = connect(server.url)
    const category = newCategory()
    const applied: StoredRecord[] = []
    let checkpoint: Position = await store.head()
    const abort = new AbortController()
    const log = recordingLog()
    const supervision = supervise({
      store,
      after: () => Promise.resolve(checkpoint),
      filter: { streamPrefixes: [`${category}-`] },
      apply: (batch) => {
        for (const message of batch) {
          if (message.kind === 'fact') applied.push(message.record)
          checkpoint = message.kind === 'fact' ? message.record.position : message.position
        }
        return Promise.resolve()
      },
      signal: abort.signal,
      log,
    })
    const ends: (() => void | Promise<void>)[] = [
      () => {
        server.dropSubscriptions('quietly')
      },
      () => {
        server.dropSubscriptions('unavailable')
      },
      () => {
        server.cut()
      },
      async () => {
        const { log: kept, port } = server
        server.stop()
        server = await start({ log: kept, port })
      },
    ]
    for (let n = 0; n < 120; n += 1) {
      await store.append(`${category}-${String(n % 3)}`, 'any', [fact(n)])
      if (n % 30 === 15) {
        await expect.poll(() => applied.length, { timeout: 10_000 }).toBe(n + 1)
        await ends[Math.floor(n / 30)]?.()
      }
    }
    await expect.poll(() => applied.length, { timeout: 15_000 }).toBe(120)
    abort.abort()
    await supervision
    expect(numbersOf(applied)).toEqual(Array.from({ length: 120 }, (_, n) => n))
    expect(log.lines.length).toBeGreaterThanOrEqual(ends.length)
  })

  it('tells a checkpoint only after the facts before it, however slow the consumer is', async ({ store }) => {
    const category = newCategory()
    const after = await store.head()
    await history(store, category, 2_000, 50)
    const abort = new AbortController()
    let seen = 0
    let lastPosition: Position = after
    for await (const batch of store.subscribe({
      after,
      filter: { streamPrefixes: [`${category}-`] },
      signal: abort.signal,
    })) {
      for (const message of batch) {
        if (message.kind === 'fact') {
          expect(message.record.data).toEqual({ n: seen })
          expect(message.record.position).toBeGreaterThan(lastPosition)
          lastPosition = message.record.position
          seen += 1
        } else {
          expect(message.position).toBeGreaterThanOrEqual(lastPosition)
          lastPosition = message.position
        }
      }
      await sleep(15)
      if (seen === 2_000) abort.abort()
    }
    expect(seen).toBe(2_000)
  })

  it('makes the server wait for a slow consumer, and catches up what it fell behind by', async ({
    server,
    store,
  }) => {
    const category = newCategory()
    const after = await store.head()
    const total = 20_000
    const options = {
      after,
      filter: { streamPrefixes: [`${category}-`] },
      signal: new AbortController().signal,
    }
    const subscription = store.subscribe(options)[Symbol.asyncIterator]() as AsyncIterator<
      readonly SubscriptionMessage[],
      undefined
    >
    const hasCaughtUp = (batch: readonly SubscriptionMessage[] = []) =>
      batch.some(({ kind }) => kind === 'caught_up')
    while (!hasCaughtUp((await subscription.next()).value));
    const before = server.sent()
    for (let n = 0; n < total; n += 1_000) await store.append(`${category}-1`, 'any', facts(1_000, n))
    await standsStill(() => server.sent())
    // What fits into the inbox, the client's buffers and those of the connection; the rest stays where it is.
    expect(server.sent() - before).toBeLessThan(total / 2)

    const numbers: unknown[] = []
    let caughtUpAgain = false
    while (numbers.length < total || !caughtUpAgain) {
      const { value: batch = [] } = await subscription.next()
      for (const message of batch) if (message.kind === 'fact') numbers.push(message.record.data['n'])
      caughtUpAgain = hasCaughtUp(batch)
    }
    await subscription.return?.()
    expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n))
  })
})

describe('how far a subscription is that wants nothing of what comes', () => {
  it('is the end of the log when it catches up, although the server says less', async ({ server, store }) => {
    // The last fact is the end of the log, and not the first of the 32 records that the server looks through at a time.
    server.log.byCategory.hold()
    do await store.append(newStream(), 'any', facts(1))
    while (server.log.records.length % 32 === 1)
    const head = await store.head()
    const follower = new Follower(store, { after: 0n, filter: { typePrefixes: ['Never'] } })
    await follower.until((f) => f.caughtUp() === 1)
    expect(follower.messages.at(-1)?.kind).toBe('caught_up')
    expect(positionOf(follower)).toBeGreaterThanOrEqual(head)
    await follower.stop()
    server.log.byCategory.release()
  })

  it('is the end of the log soon after a few facts came live, although the server never says so', async ({
    store,
  }) => {
    const follower = new Follower(store, { after: await store.head(), filter: { typePrefixes: ['Wanted'] } })
    await follower.until((f) => f.caughtUp() === 1)
    const stream = newStream()
    const { position } = await store.append(stream, 'no_stream', facts(5))
    await follower.until((f) => positionOf(f) >= position)
    expect(follower.records).toEqual([])

    const wanted = await store.append(stream, 4, [fact(5, { type: 'Wanted' }), fact(6)])
    await follower.until((f) => positionOf(f) >= wanted.position)
    expect(follower.numbers).toEqual([5])
    await follower.stop()
  })
})

/** Waits until a count has not grown for a tenth of a second. */
async function standsStill(count: () => number): Promise<void> {
  for (let before = -1; before < count();) {
    before = count()
    await sleep(100)
  }
}

function positionOf(follower: Follower): Position {
  const last = follower.messages.at(-1)
  if (last === undefined) return 0n
  return last.kind === 'fact' ? last.record.position : last.position
}
