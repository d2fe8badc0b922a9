import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import {
  type EventStore,
  InvalidAppend,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../../src/eventstore/port.ts'
import { createPool } from '../../src/postgres/pool.ts'
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
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
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

/** A store as in a process of its own, with a look at what it asks of the database. */
function open(name: string, url = database.url): { store: EventStore; watch: QueryWatch } {
  const pool = createPool(url, { log: silentLog, max: 6, applicationName: name })
  const watch = watchQueries(pool)
  const store = createEmbeddedStore({ pool, log: silentLog })
  closers.push(async () => {
    await store.close()
    await pool.end()
  })
  return { store, watch }
}

async function terminate(applicationName: string): Promise<void> {
  await database.pool.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
    [applicationName],
  )
}

async function expectGaplessPositions(): Promise<void> {
  const { rows } = await database.pool.query<{ facts: number; last: number; head: number }>(
    `SELECT count(*)::int AS facts, coalesce(max(position), 0)::int AS last,
            (SELECT position::int FROM eventstore.head) AS head FROM eventstore.events`,
  )
  expect(rows[0]?.last).toBe(rows[0]?.facts)
  expect(rows[0]?.head).toBe(rows[0]?.facts)
}

describe('the embedded store when the database fails it', () => {
  it('loses nothing and doubles nothing when its connections are killed in the middle of appends', async () => {
    const { store } = open('killed')
    const stream = newStream()
    const done = new AbortController()
    const killing = (async () => {
      while (!done.signal.aborted) {
        await terminate('killed')
        await sleep(25)
      }
    })()
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        const answers = []
        for (let i = 0; i < 15; i += 1) {
          const n = writer * 15 + i
          answers.push({ n, ...(await untilAvailable(store, stream, n)) })
          await sleep(5)
        }
        return answers
      }),
    ).finally(() => {
      done.abort()
    })
    await killing

    const records = await recordsOf(store, stream)
    expect(new Set(numbersOf(records)).size).toBe(300)
    expect(records).toHaveLength(300)
    for (const { n, revision, position } of results.flat()) {
      expect(records[revision]).toMatchObject({ revision, position, data: { n } })
    }
    await expectGaplessPositions()
  })

  it('finds out whether a commit happened when the connection is lost at it', async () => {
    const { store, watch } = open('in-doubt')
    const [committed, lost] = [newStream(), newStream()]
    watch.failAfter('COMMIT')
    const first = await store.append(committed, 'no_stream', facts(2))
    watch.failInsteadOf('COMMIT')
    const second = await store.append(lost, 'no_stream', facts(3))

    const stored = await recordsOf(store, committed)
    expect(stored).toHaveLength(2)
    expect(first).toEqual({ revision: 1, position: stored[1]?.position })
    expect(await recordsOf(store, lost)).toHaveLength(3)
    expect(second.revision).toBe(2)
    await expectGaplessPositions()
  })

  it('says that it is unavailable when the database cannot be reached', async () => {
    const { store } = open('nowhere', 'postgres://nobody@127.0.0.1:1/nothing')
    await expect(store.append(newStream(), 'any', facts(1))).rejects.toThrow(StoreUnavailable)
    await expect(store.readStream(newStream())).rejects.toThrow(StoreUnavailable)
    await expect(flatten(store.readAll())).rejects.toThrow(StoreUnavailable)
    await expect(new Follower(store, { after: 0n }).ended).rejects.toThrow(StoreUnavailable)
  })

  it('waits for another process that holds the write lock', async () => {
    const { store } = open('waiting')
    const holder = await database.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT position FROM eventstore.head FOR UPDATE')
    const stream = newStream()
    const append = store.append(stream, 'no_stream', facts(1))
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(1)
    expect(await store.readStream(stream)).toEqual({ exists: false })
    await holder.query('COMMIT')
    holder.release()
    expect((await append).revision).toBe(0)
  })

  it('refuses only the append that the database refuses, not those that share its transaction', async () => {
    const { store } = open('poison')
    await database.pool.query(
      `ALTER TABLE eventstore.events ADD CONSTRAINT no_poison CHECK (type <> 'Poison')`,
    )
    const streams = Array.from({ length: 9 }, () => newStream())
    const answers = await Promise.allSettled(
      streams.map((stream, n) =>
        store.append(stream, 'no_stream', [fact(n, n === 4 ? { type: 'Poison' } : {})]),
      ),
    )
    await database.pool.query('ALTER TABLE eventstore.events DROP CONSTRAINT no_poison')
    expect(answers.map((answer) => answer.status === 'fulfilled')).toEqual(streams.map((_, n) => n !== 4))
    await expectGaplessPositions()
  })

  it('refuses the id of a fact that is in another stream', async () => {
    const { store } = open('ids')
    const [one, two] = [newStream(), newStream()]
    const record = fact(1)
    await store.append(one, 'no_stream', [record])
    await expect(store.append(two, 'no_stream', [record, fact(2)])).rejects.toThrow(InvalidAppend)
    expect(await store.readStream(two)).toEqual({ exists: false })
  })
})

describe('the embedded store under load', () => {
  it('gathers appends of the same time into few transactions, each judged for itself', async () => {
    const { store, watch } = open('gathering')
    const streams = Array.from({ length: 100 }, () => newStream())
    await Promise.all(streams.map((stream) => store.append(stream, 'no_stream', facts(1))))
    expect(watch.count('COMMIT')).toBeLessThanOrEqual(2)

    const answers = await Promise.allSettled([
      ...streams.map((stream, n) => store.append(stream, n % 2, facts(1))),
      ...streams.map((stream, n) => store.append(stream, (n % 2) ^ 1, facts(1))),
    ])
    const refused = answers.flatMap((answer): unknown[] =>
      answer.status === 'rejected' ? [answer.reason] : [],
    )
    // Revision 0 holds for even streams, first; then 1 holds for them too. For odd ones 1 fails and then 0 holds.
    expect(refused).toHaveLength(50)
    for (const reason of refused) expect(reason).toBeInstanceOf(WrongExpectedRevision)
    for (const [n, stream] of streams.entries())
      expect(await recordsOf(store, stream)).toHaveLength(n % 2 === 0 ? 3 : 2)
  })

  it('gathers reads of the same time into few queries, and the same read into one', async () => {
    const { store, watch } = open('reading')
    const streams = Array.from({ length: 90 }, () => newStream())
    await Promise.all(streams.map((stream) => store.append(stream, 'no_stream', facts(2))))
    const before = watch.count('eventstore-slices-forwards')
    const slices = await Promise.all(
      [...streams, ...streams, ...streams].map((stream) => store.readStream(stream)),
    )
    expect(watch.count('eventstore-slices-forwards') - before).toBeLessThanOrEqual(2)
    expect(slices).toHaveLength(270)
    for (const slice of slices) expect(slice).toMatchObject({ exists: true, lastRevision: 1 })
  })
})

describe('several processes on one embedded store', () => {
  it('keep positions without gaps, and each sees the facts of the others once and in order', async () => {
    const stores = [open('left').store, open('right').store]
    const category = newCategory()
    const filter = { streamPrefixes: [`${category}-`] }
    const after = await stores[0]?.head()
    const followers = stores.map((store) => new Follower(store, { after: after ?? 0n, filter }))
    await Promise.all(
      stores.flatMap((store, s) =>
        Array.from({ length: 15 }, async (_, writer) => {
          for (let i = 0; i < 10; i += 1) {
            await store.append(`${category}-${String(i % 4)}`, 'any', [fact(s * 1000 + writer * 10 + i)])
          }
        }),
      ),
    )
    for (const follower of followers) await follower.until((f) => f.records.length >= 300)
    await Promise.all(followers.map((follower) => follower.stop()))
    const log = await flatten((stores[0] ?? expect.fail()).readAll({ after: after ?? 0n, filter }))
    expect(new Set(numbersOf(log)).size).toBe(300)
    for (const follower of followers) expect(follower.records).toEqual(log)
    await expectGaplessPositions()
  })

  it('hear of each other again after the listening connection was lost', async () => {
    const [writer, reader] = [open('writer').store, open('reader').store]
    const stream = newStream()
    const follower = new Follower(reader, {
      after: await reader.head(),
      filter: { streamPrefixes: [stream] },
    })
    await follower.until((f) => f.caughtUp() === 1)
    for (let n = 0; n < 3; n += 1) {
      await terminate('reader')
      await writer.append(stream, 'any', [fact(n)])
      await follower.until((f) => f.records.length === n + 1)
    }
    await follower.stop()
    expect(follower.numbers).toEqual([0, 1, 2])
  })

  it('miss nothing when many facts come at once and no notification does', async () => {
    const { store } = open('unnotified')
    const category = newCategory()
    const follower = new Follower(store, {
      after: await store.head(),
      filter: { streamPrefixes: [`${category}-`] },
    })
    await follower.until((f) => f.caughtUp() === 1)
    await database.pool.query(
      `WITH moved AS (UPDATE eventstore.head SET position = position + 6000 RETURNING position - 6000 AS before)
       INSERT INTO eventstore.events
       SELECT before + n, $1 || '-1', $1, n - 1, gen_random_uuid(), 'Counted', json_build_object('n', n), '{}', now()
       FROM moved, generate_series(1, 6000) AS n`,
      [category],
    )
    await follower.until((f) => f.records.length === 6000)
    await follower.until((f) => f.caughtUp() === 2)
    await store.append(`${category}-1`, 5999, [fact(6001)])
    await follower.until((f) => f.records.length === 6001)
    await follower.stop()
    expect(follower.numbers).toEqual(Array.from({ length: 6001 }, (_, i) => i + 1))
  })

  it('give their own facts to their own subscribers without asking the database', async () => {
    const { store, watch } = open('own')
    const stream = newStream()
    const followers = Array.from(
      { length: 5 },
      () => new Follower(store, { after: 0n, filter: { streamPrefixes: [stream] } }),
    )
    for (const follower of followers) await follower.until((f) => f.caughtUp() === 1)
    const before = watch.count('eventstore-window')
    for (let n = 0; n < 20; n += 1) await store.append(stream, 'any', [fact(n)])
    for (const follower of followers) await follower.until((f) => f.records.length === 20)
    expect(watch.count('eventstore-window')).toBe(before)
    await Promise.all(followers.map((follower) => follower.stop()))
    expect(followers[0]?.records).toEqual(await recordsOf(store, stream))
  })
})

/** As a caller of the store does it: the same fact again as long as it is not known whether it was written. */
async function untilAvailable(store: EventStore, stream: string, n: number) {
  const record = fact(n)
  for (;;) {
    try {
      return await store.append(stream, 'any', [record])
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
  }
}
