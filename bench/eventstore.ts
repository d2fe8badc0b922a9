import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { EventStore, NewRecord, StoredRecord } from '../src/eventstore/port.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { table, type Cell } from './report.ts'
import { inWorld } from './world.ts'

type Row = {
  readonly store: string
  readonly measured: string
  readonly 'per second': number
  readonly 'p50 ms': string
  readonly 'p99 ms': string
  /** Of one core, of this process alone: the database and the gRPC server come on top. */
  readonly 'cpu %': number
}

/** A stream of the product's kind: a link with the history of a few openings. */
const FACTS_PER_STREAM = 6

/**
 * Measures both event stores on a throw-away PostgreSQL with the settings that the product runs with, durability
 * included, and prints a table. The EventStoreDB adapter talks over gRPC to the server of the tests, in a process of
 * its own: that measures the client and the protocol, not EventStoreDB.
 * @param args `--facts <n>` facts to write and read for each measurement, default 30,000
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { facts: { type: 'string', default: '30000' } } })
  const facts = Number(values.facts)
  await inWorld(async ({ pool, store }) => {
    table('The embedded store', await measure('embedded', store, facts, [1, 64, 256, 1_024]))
    table('Types of the columns with JSON', await compareColumns(pool, facts))
  })
  await inWorld(async ({ store }) => {
    table('EventStoreDB’s client over gRPC', await measure('eventstoredb', store, facts / 3, [1, 64, 256]))
  }, 'over gRPC')
}

async function measure(
  name: string,
  store: EventStore,
  facts: number,
  concurrencies: number[],
): Promise<Row[]> {
  const rows: Row[] = []
  const category = `event.${name}`
  const before = await store.head()
  let written = 0
  for (const writers of concurrencies) {
    const count = writers === 1 ? facts / 50 : facts
    const row = await timed(`append, ${String(writers)} at a time`, count, writers, async () => {
      const n = written++
      await store.append(`${category}-guest.${String(Math.floor(n / FACTS_PER_STREAM))}`, 'any', [fact(n)])
    })
    rows.push({ store: name, ...row })
  }
  for (const readers of [1, 100]) {
    const row = await timed(`read a stream, ${String(readers)} at a time`, facts / 3, readers, async (i) => {
      await store.readStream(`${category}-guest.${String(i % Math.floor(written / FACTS_PER_STREAM))}`)
    })
    rows.push({ store: name, ...row })
  }
  const pages = { store: name, 'p50 ms': '', 'p99 ms': '' }
  const filter = { streamPrefixes: [`${category}-`] }
  rows.push({ ...pages, ...(await drained('facts of a category', store.readCategory(category))) })
  rows.push({ ...pages, ...(await drained('facts of the log', store.readAll({ after: before }))) })
  rows.push({
    ...pages,
    ...(await drained('facts of the log, by prefix', store.readAll({ after: before, filter }))),
  })
  rows.push({ ...pages, ...(await drained('facts of a subscription', catchUp(store, before))) })
  return rows
}

/** Does something `count` times, so many at a time. */
async function timed(measured: string, count: number, atATime: number, work: (i: number) => Promise<void>) {
  const latencies: number[] = []
  let next = 0
  const clock = stopwatch()
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (next < count) {
        const i = next++
        const start = performance.now()
        await work(i)
        latencies.push(performance.now() - start)
      }
    }),
  )
  const result = clock(latencies.length)
  latencies.sort((a, b) => a - b)
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)
  return { measured, ...result, 'p50 ms': at(0.5), 'p99 ms': at(0.99) }
}

async function drained(measured: string, pages: AsyncIterable<readonly StoredRecord[]>) {
  const clock = stopwatch()
  let count = 0
  for await (const page of pages) count += page.length
  return { measured, ...clock(count) }
}

async function* catchUp(store: EventStore, after: bigint): AsyncGenerator<readonly StoredRecord[]> {
  const abort = new AbortController()
  for await (const batch of store.subscribe({ after, signal: abort.signal })) {
    yield batch.flatMap((message) => (message.kind === 'fact' ? [message.record] : []))
    if (batch.some((message) => message.kind === 'caught_up')) abort.abort()
  }
}

function stopwatch() {
  const start = performance.now()
  const cpu = process.cpuUsage()
  return (count: number) => {
    const ms = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    return { 'per second': Math.round((count / ms) * 1_000), 'cpu %': Math.round((user + system) / 10 / ms) }
  }
}

/** About 450 bytes of data and 190 of metadata, with the escapes of real JSON. */
function fact(n: number): NewRecord {
  const sealed = Buffer.alloc(180, n % 251).toString('base64')
  const data = {
    n,
    guestId: '01K0000000000000000000000A',
    personal: { v: 1, sealed },
    score: n % 100,
    reasons: ['a "b"'],
  }
  const metadata = {
    $correlationId: randomUUID(),
    $causationId: randomUUID(),
    actor: 'guest:01K0',
    at: '2026-06-01',
  }
  return { id: randomUUID(), type: 'AccessAttempted', data, metadata }
}

/** What the type of the columns that hold JSON costs: batches of 500 rows in, all of them out. */
async function compareColumns(pool: Pool, facts: number): Promise<Record<string, Cell>[]> {
  const rows: Record<string, Cell>[] = []
  for (const type of ['text', 'json', 'jsonb', 'text', 'json', 'jsonb']) {
    await pool.query(
      `DROP TABLE IF EXISTS bench; CREATE TABLE bench (id uuid PRIMARY KEY, data ${type}, metadata ${type})`,
    )
    const insert = stopwatch()
    for (let done = 0; done < facts; done += 500) {
      const batch = Array.from({ length: 500 }, (_, i) => fact(done + i))
      await pool.query(`INSERT INTO bench SELECT * FROM unnest($1::uuid[], $2::${type}[], $3::${type}[])`, [
        batch.map((record) => record.id),
        batch.map((record) => JSON.stringify(record.data)),
        batch.map((record) => JSON.stringify(record.metadata)),
      ])
    }
    const inserted = insert(facts)['per second']
    const select = stopwatch()
    const { rows: read } = await pool.query({ text: 'SELECT * FROM bench', rowMode: 'array' })
    rows.push({
      column: type,
      'inserted per second': inserted,
      'read per second': select(read.length)['per second'],
    })
  }
  await pool.query('DROP TABLE bench')
  return rows
}
