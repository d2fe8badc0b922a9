import { describe, expect } from 'vitest'
import { StoreUnavailable } from '../../src/eventstore/port.ts'
import { facts, flatten, newCategory, newStream, numbersOf } from '../contract/event-store/fixtures.ts'
import { recordingLog } from '../support/log.ts'
import { overGrpc } from './over-grpc.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

const it = overGrpc
  /** A category of some streams with numbered facts, linked but for the last ones. */
  .extend('categoryOf', ({ server, store }) => async (linked: number, unlinked: number) => {
    const category = newCategory()
    const append = async (from: number, to: number) => {
      for (let n = from; n < to; n += 10)
        await store.append(`${category}-${String((n / 10) % 4)}`, 'any', facts(10, n))
    }
    await append(0, linked)
    await expect.poll(() => server.log.stream(`$ce-${category}`)?.last ?? -1n).toBe(BigInt(linked) - 1n)
    server.log.byCategory.hold()
    await append(linked, linked + unlinked)
    return category
  })

describe('reading a category from EventStoreDB', () => {
  it.for(['unavailable', 'cut', 'end'] as const)(
    'goes on where it was when the connection breaks in the middle: %s',
    async (how, { server, store, categoryOf }) => {
      const category = await categoryOf(300, 200)
      if (how !== 'end') server.faults.failRead('$ce-', 123, how)
      server.faults.failRead('subscription', 60, how)
      const pages: unknown[] = []
      for await (const page of store.readCategory(category, { pageSize: 7 })) pages.push(...numbersOf(page))
      expect(pages).toEqual(upTo(500))
    },
  )

  it('goes on after the deadline when the server stops in the middle', async ({
    server,
    connect,
    categoryOf,
  }) => {
    const impatient = connect(`${server.url}&defaultDeadline=300`)
    const category = await categoryOf(200, 0)
    server.faults.failRead('$ce-', 50, 'silence')
    expect(numbersOf(await flatten(impatient.readCategory(category)))).toEqual(upTo(200))
  })

  it('says that it is unavailable when that does not end', async ({ server, store, categoryOf }) => {
    const category = await categoryOf(20, 0)
    for (let i = 0; i < 4; i += 1) server.faults.failRead('$ce-', 0)
    await expect(flatten(store.readCategory(category))).rejects.toThrow(StoreUnavailable)
  })

  it.for([
    ['follows the log later', 40, 30],
    ['has linked nothing yet', 0, 50],
    ['has come to the end', 50, 0],
  ] as const)('is complete when the projection %s', async ([_, linked, unlinked], { store, categoryOf }) => {
    const category = await categoryOf(linked, unlinked)
    const records = await flatten(store.readCategory(category))
    expect(numbersOf(records)).toEqual(upTo(linked + unlinked))
    for (const at of [5, 39, 45]) {
      const rest = await flatten(store.readCategory(category, { after: records[at]?.position ?? 0n }))
      expect(numbersOf(rest)).toEqual(upTo(linked + unlinked).slice(at + 1))
    }
  })

  it('leaves out streams that were deleted, linked or not', async ({ store, categoryOf }) => {
    const category = await categoryOf(40, 40)
    await store.tombstone(`${category}-1`)
    const records = await flatten(store.readCategory(category))
    expect(numbersOf(records)).toEqual(upTo(80).filter((n) => Math.floor(n / 10) % 4 !== 1))
  })

  it('goes on in a long one after any position, also where links lead nowhere', async ({ store }) => {
    const category = newCategory()
    for (let s = 0; s < 12; s += 1)
      await store.append(`${category}-${String(s)}`, 'no_stream', facts(60, s * 60))
    for (const s of [0, 4, 5, 6, 11]) await store.tombstone(`${category}-${String(s)}`)
    const all = await flatten(store.readCategory(category))
    expect(all).toHaveLength(7 * 60)
    for (let i = 0; i < all.length; i += 61) {
      const rest = await flatten(store.readCategory(category, { after: all[i]?.position ?? 0n }))
      expect(numbersOf(rest)).toEqual(numbersOf(all.slice(i + 1)))
    }
  })

  it('looks through the log only from where the projection has certainly come to', async ({
    server,
    store,
    categoryOf,
  }) => {
    const category = await categoryOf(100, 0)
    server.log.byCategory.release()
    for (let i = 0; i < 40; i += 1) await store.append(newStream(), 'any', facts(50))
    const head = await store.head()
    await expect.poll(() => server.log.byCategory.checkpoint).toBeGreaterThan(head - 30_000n)
    const before = server.sent()
    expect(numbersOf(await flatten(store.readCategory(category)))).toEqual(upTo(100))
    // The 100 links, and what is told of the few records after the checkpoint of the projection. To be told of all that
    // came after the category takes 130 messages more.
    expect(server.sent() - before).toBeLessThan(160)
  })
})

describe('the projection $by_category', () => {
  it('is started by the adapter when it does not run: with the first question for the head, and by reading', async ({
    server,
    connect,
  }) => {
    const log = recordingLog()
    const own = connect(server.url, log)
    server.log.byCategory.status = 'Stopped'
    await own.head()
    await expect.poll(() => server.log.byCategory.status).toBe('Running')
    server.log.byCategory.status = 'Stopped'
    await flatten(own.readCategory(newCategory()))
    expect(server.log.byCategory.status).toBe('Running')
    expect(log.lines).toEqual(Array(2).fill(expect.stringContaining('started the projection $by_category')))
  })

  it.for(['forbidden', 'missing'] as const)(
    'may be %s: that is told once, and reading stays complete',
    async (how, { server, connect, categoryOf }) => {
      const log = recordingLog()
      const own = connect(server.url, log)
      const category = await categoryOf(0, 40)
      server.log.byCategory[how] = true
      for (let i = 0; i < 3; i += 1)
        expect(numbersOf(await flatten(own.readCategory(category)))).toEqual(upTo(40))
      expect(log.lines).toHaveLength(1)
      expect(log.lines[0]).toMatch(/cannot be looked after.*--run-projections=System.*\$ops or \$admins/)
      expect(log.lines[0]).toMatch(how === 'forbidden' ? /Access Denied/ : /unimplemented/)
    },
  )
})

describe('the head of EventStoreDB', () => {
  it('is the last fact, whatever the server writes after it', async ({ server, store }) => {
    const { position } = await store.append(newStream(), 'no_stream', facts(3))
    expect(await store.head()).toBe(position)
    for (let i = 0; i < 700; i += 1) server.log.writeStatistics()
    expect(await store.head()).toBe(position)

    await expect.poll(() => server.openReads()).toBe(0)
    const before = server.sent()
    expect(await store.head()).toBe(position)
    await expect.poll(() => server.openReads()).toBe(0)
    expect(server.sent() - before).toBeLessThanOrEqual(32)
    const next = await store.append(newStream(), 'no_stream', facts(1))
    expect(await store.head()).toBe(next.position)
  })

  it('is the beginning when there are only records of the server', async ({ start, connect }) => {
    const empty = await start()
    const own = connect(empty.url)
    for (let i = 0; i < 50; i += 1) empty.log.writeStatistics()
    expect(await own.head()).toBe(0n)
    expect(await flatten(own.readAll())).toEqual([])
  })
})

describe('reading from EventStoreDB', () => {
  it.for(['unavailable', 'cut', 'silence'] as const)(
    'reads a stream and the log again after: %s',
    async (how, { server, store, connect }) => {
      const impatient = connect(`${server.url}&defaultDeadline=300`)
      const after = await store.head()
      const stream = newStream()
      await store.append(stream, 'no_stream', facts(40))
      server.faults.failRead(stream, 10, how)
      const slice = await impatient.readStream(stream)
      expect(slice.exists && numbersOf(slice.records)).toEqual(upTo(40))
      server.faults.failRead('$all', 0, how)
      if (how !== 'silence') server.faults.failRead('subscription', 15, how)
      expect(numbersOf(await flatten(impatient.readAll({ after, pageSize: 3 })))).toEqual(upTo(40))
    },
  )

  it('leaves no call open when the reader leaves early', async ({ server, store }) => {
    const category = newCategory()
    await store.append(`${category}-1`, 'no_stream', facts(500))
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
