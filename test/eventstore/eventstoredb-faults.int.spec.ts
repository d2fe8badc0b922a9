import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import {
  type EventStore,
  type Position,
  StoreUnavailable,
  type StoredRecord,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../src/eventstore/port.ts'
import { supervise } from '../../src/eventstore/subscription.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import {
  fact,
  facts,
  flatten,
  newCategory,
  newStream,
  numbersOf,
  recordsOf,
} from '../contract/event-store/fixtures.ts'
import { Follower } from '../contract/event-store/follower.ts'
import { type EsdbServer, startEsdbServer } from '../support/esdb-server/server.ts'
import { recordingLog, silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let pool: Pool
let behind: EventStore
let server: EsdbServer
let store: EventStore
beforeAll(async () => {
  database = await createTestDatabase(migrations)
  pool = createPool(database.url, { log: silentLog, max: 6 })
  behind = createEmbeddedStore({ pool, log: silentLog })
  server = await startEsdbServer(behind)
  store = createEventStoreDbStore(server.url)
})
afterAll(async () => {
  await store.close()
  server.stop()
  await behind.close()
  await pool.end()
  await database.drop()
})
afterEach(() => {
  server.faults.conflictsAsErrors = false
})

describe('appending to an EventStoreDB that fails', () => {
  it.each(['before', 'after'] as const)('writes once when the call fails %s it was done', async (moment) => {
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(1))
    server.faults.failAppend(moment)
    server.faults.failAppend(moment)
    const result = await store.append(stream, 0, facts(2, 1))
    const records = await recordsOf(store, stream)
    expect(numbersOf(records)).toEqual([0, 1, 2])
    expect(result).toEqual({ revision: 2, position: records[2]?.position })
  })

  it('says that it is unavailable when that does not end, and the same ids may be tried again later', async () => {
    const stream = newStream()
    const records = facts(2)
    for (let i = 0; i < 4; i += 1) server.faults.failAppend('after')
    await expect(store.append(stream, 'no_stream', records)).rejects.toThrow(StoreUnavailable)
    expect((await store.append(stream, 'no_stream', records)).revision).toBe(1)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })

  it('understands a conflict that is told as an error', async () => {
    server.faults.conflictsAsErrors = true
    const stream = newStream()
    const missing = store.append(stream, 3, facts(1))
    await expect(missing).rejects.toThrow(WrongExpectedRevision)
    await expect(missing).rejects.toMatchObject({ stream, expected: 3, actual: 'no_stream' })
    await store.append(stream, 'no_stream', facts(2))
    await expect(store.append(stream, 'no_stream', facts(1))).rejects.toMatchObject({
      actual: 1,
      expected: 'no_stream',
    })
  })

  it('understands a conflict that is told as an answer without throwing', async () => {
    const quiet = createEventStoreDbStore(`${server.url}&throwOnAppendFailure=false`)
    const stream = newStream()
    await quiet.append(stream, 'no_stream', facts(2))
    await expect(quiet.append(stream, 0, facts(1))).rejects.toMatchObject({ stream, expected: 0, actual: 1 })
    await expect(quiet.append(newStream(), 0, facts(1))).rejects.toMatchObject({ actual: 'no_stream' })
    await quiet.tombstone(stream)
    await expect(quiet.append(stream, 'any', facts(1))).rejects.toThrow(StreamDeleted)
    await quiet.close()
  })
})

describe('an EventStoreDB that cannot be reached', () => {
  it('makes every call say so', async () => {
    const nowhere = createEventStoreDbStore('esdb://127.0.0.1:1?tls=false')
    await expect(nowhere.append(newStream(), 'any', facts(1))).rejects.toThrow(StoreUnavailable)
    await expect(nowhere.readStream(newStream())).rejects.toThrow(StoreUnavailable)
    await expect(flatten(nowhere.readCategory(newCategory()))).rejects.toThrow(StoreUnavailable)
    await expect(flatten(nowhere.readAll())).rejects.toThrow(StoreUnavailable)
    await expect(nowhere.head()).rejects.toThrow(StoreUnavailable)
    await expect(nowhere.tombstone(newStream())).rejects.toThrow(StoreUnavailable)
    await expect(new Follower(nowhere, { after: 0n }).ended).rejects.toThrow(StoreUnavailable)
    await nowhere.close()
  })
})

describe('a subscription to EventStoreDB', () => {
  it.each([
    ['ends when the server ends it', 'quietly', true],
    ['fails when the server goes down', 'unavailable', false],
  ] as const)('%s', async (_, how, ends) => {
    const follower = new Follower(store, { after: await store.head() })
    await follower.until((f) => f.caughtUp() === 1)
    server.dropSubscriptions(how)
    if (ends) await follower.ended
    else await expect(follower.ended).rejects.toThrow(StoreUnavailable)
  })

  it('under supervision goes on through drops and a restart, and applies every fact once and in order', async () => {
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
    const faults: (() => void | Promise<void>)[] = [
      () => {
        server.dropSubscriptions('quietly')
      },
      () => {
        server.dropSubscriptions('unavailable')
      },
      async () => {
        server.stop()
        server = await startEsdbServer(behind, server.port)
      },
    ]
    for (let n = 0; n < 90; n += 1) {
      await behind.append(`${category}-${String(n % 3)}`, 'any', [fact(n)])
      if (n % 30 === 15) {
        await expect.poll(() => applied.length, { timeout: 10_000 }).toBe(n + 1)
        await faults[Math.floor(n / 30)]?.()
      }
    }
    await expect.poll(() => applied.length, { timeout: 15_000 }).toBe(90)
    abort.abort()
    await supervision
    expect(numbersOf(applied)).toEqual(Array.from({ length: 90 }, (_, n) => n))
    expect(log.lines.length).toBeGreaterThanOrEqual(3)
  })

  it('tells a checkpoint only after the facts before it, however slow the consumer is', async () => {
    const category = newCategory()
    const after = await store.head()
    for (let n = 0; n < 40; n += 1) {
      await behind.append(`${category}-1`, 'any', facts(50, n * 50))
      await behind.append(newStream(), 'any', facts(50))
    }
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
      await new Promise((resolve) => setTimeout(resolve, 15))
      if (seen === 2_000) abort.abort()
    }
    expect(seen).toBe(2_000)
  })
})

describe('reading from EventStoreDB', () => {
  it('goes on in a long category after any position, also where links lead nowhere', async () => {
    const category = newCategory()
    for (let s = 0; s < 12; s += 1)
      await behind.append(`${category}-${String(s)}`, 'no_stream', facts(60, s * 60))
    for (const s of [0, 4, 5, 6, 11]) await store.tombstone(`${category}-${String(s)}`)
    const all = await flatten(store.readCategory(category))
    expect(all).toHaveLength(7 * 60)
    for (let i = 0; i < all.length; i += 61) {
      const rest = await flatten(store.readCategory(category, { after: all[i]?.position ?? 0n }))
      expect(numbersOf(rest)).toEqual(numbersOf(all.slice(i + 1)))
    }
  })

  it('leaves no call open when the reader leaves early', async () => {
    const category = newCategory()
    await behind.append(`${category}-1`, 'no_stream', facts(500))
    for (const pages of [
      store.readCategory(category, { pageSize: 1 }),
      store.readAll({ pageSize: 1 }),
      store.subscribe({ after: 0n, signal: new AbortController().signal }),
    ]) {
      for await (const page of pages) {
        expect(page.length).toBeGreaterThan(0)
        break
      }
    }
    await expect.poll(() => server.openReads()).toBe(0)
  })
})
