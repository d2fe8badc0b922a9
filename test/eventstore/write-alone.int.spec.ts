import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { type EventStore, StreamDeleted, WrongExpectedRevision } from '../../src/eventstore/port.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { facts, newStream, recordsOf } from '../contract/event-store/fixtures.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { becomeOnlyWriter } from './only-writer.ts'
import { type QueryWatch, watchQueries } from './query-watch.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(migrations)
})
afterAll(async () => {
  await database.drop()
})

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function open(): { store: EventStore; watch: QueryWatch } {
  const pool = createPool(database.url, { log: silentLog, max: 6 })
  const watch = watchQueries(pool)
  const store = createEmbeddedStore({ pool, log: silentLog })
  closers.push(async () => {
    await store.close()
    await pool.end()
  })
  return { store, watch }
}

const SHORT_WAY = 'eventstore-write-alone'
const LONG_WAY = 'eventstore-insert'

async function openAlone() {
  const opened = open()
  await becomeOnlyWriter(opened.store)
  const { watch } = opened
  const [short, long] = [watch.count(SHORT_WAY), watch.count(LONG_WAY)]
  return { ...opened, ways: () => [watch.count(SHORT_WAY) - short, watch.count(LONG_WAY) - long] }
}

describe('a store that knows to be the only writer', () => {
  it('appends in one round trip', async () => {
    const { store, ways } = await openAlone()
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(2))
    expect(await store.append(stream, 1, facts(1))).toMatchObject({ revision: 2 })
    expect(ways()).toEqual([2, 0])
  })

  it('looks under the lock when another has written, and until nobody does', async () => {
    const { store, ways } = await openAlone()
    const other = await openAlone()
    const stream = newStream()
    const first = await store.append(stream, 'no_stream', facts(1))
    expect(ways()).toEqual([1, 1])
    const between = await other.store.append(stream, 0, facts(1))
    const third = await store.append(stream, 1, facts(1))
    expect([between.position, third.position]).toEqual([first.position + 1n, first.position + 2n])
    expect(ways()).toEqual([1, 2])
    await store.append(stream, 2, facts(1))
    await store.append(stream, 3, facts(1))
    expect(ways()).toEqual([2, 3])
    expect((await recordsOf(store, stream)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4])
  })

  it.each([
    ['further than expected', 0],
    ['not so far', 7],
  ])('refuses what expects a stream that is %s', async (_, expected) => {
    const { store } = await openAlone()
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(2))
    await expect(store.append(stream, expected, facts(1))).rejects.toThrow(WrongExpectedRevision)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })

  it('sees that another has tombstoned a stream, which moves no position', async () => {
    const { store } = await openAlone()
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(1))
    await open().store.tombstone(stream)
    await expect(store.append(stream, 0, facts(1))).rejects.toThrow(StreamDeleted)
    const alive = await store.append(newStream(), 'no_stream', facts(1))
    expect(alive.revision).toBe(0)
  })

  it('answers a retry with what was written the first time', async () => {
    const { store } = await openAlone()
    const stream = newStream()
    const written = facts(2)
    const first = await store.append(stream, 'no_stream', written)
    expect(await store.append(stream, 'no_stream', written)).toEqual(first)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })

  it('finds out whether its one statement happened when the connection is lost at it', async () => {
    const { store, watch } = await openAlone()
    const [committed, lost] = [newStream(), newStream()]
    watch.failAfter(SHORT_WAY)
    const first = await store.append(committed, 'no_stream', facts(2))
    await becomeOnlyWriter(store)
    watch.failInsteadOf(SHORT_WAY)
    const second = await store.append(lost, 'no_stream', facts(3))
    expect(await recordsOf(store, committed)).toHaveLength(2)
    expect(await recordsOf(store, lost)).toHaveLength(3)
    expect(second.position).toBeGreaterThan(first.position)
    expect(watch.count(SHORT_WAY)).toBeGreaterThanOrEqual(2)
  })

  it('refuses one of two that expect the same and writes the other, after a look under the lock', async () => {
    const { store, ways } = await openAlone()
    const stream = newStream()
    const results = await Promise.allSettled([
      store.append(stream, 'no_stream', facts(1)),
      store.append(stream, 'no_stream', facts(1)),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(ways()).toEqual([0, 1])
  })
})
