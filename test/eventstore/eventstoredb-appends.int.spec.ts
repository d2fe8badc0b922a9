import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import {
  type EventStore,
  InvalidAppend,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../src/eventstore/port.ts'
import { fact, facts, newStream, numbersOf, recordsOf } from '../contract/event-store/fixtures.ts'
import { type EsdbServer, startEsdbServer } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'

let server: EsdbServer
let store: EventStore
beforeAll(async () => {
  server = await startEsdbServer()
  store = createEventStoreDbStore(server.url, silentLog)
})
afterAll(async () => {
  await store.close()
  server.stop()
})
afterEach(() => {
  expect(server.faults.pending).toBe(0)
  server.faults.conflictsAsErrors = false
  server.faults.leader = undefined
  server.faults.delayMs = 0
})

describe('an append to EventStoreDB whose answer does not come', () => {
  it.each([
    ['before', 'unavailable'],
    ['after', 'unavailable'],
    ['before', 'cut'],
    ['after', 'cut'],
  ] as const)('is written once when it breaks %s it was done: %s', async (moment, how) => {
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(1))
    server.faults.failAppend(moment, how)
    server.faults.failAppend(moment, how)
    const result = await store.append(stream, 0, facts(2, 1))
    const records = await recordsOf(store, stream)
    expect(numbersOf(records)).toEqual([0, 1, 2])
    expect(result).toEqual({ revision: 2, position: records[2]?.position })
  })

  it.each(['any', 'stream_exists', 'no_stream', 1] as const)(
    'is written once with %s, although the server has forgotten the ids by the time it is asked again',
    async (expected) => {
      const stream = newStream()
      if (expected !== 'no_stream') await store.append(stream, 'no_stream', facts(2))
      const before = expected === 'no_stream' ? 0 : 2
      server.faults.failAppend('after', 'cut')
      const appending = store.append(stream, expected, facts(3, 10))
      await expect.poll(() => server.log.stream(stream)?.last).toBe(BigInt(before + 2))
      server.log.forgetIds()
      const result = await appending
      const records = await recordsOf(store, stream)
      expect(records).toHaveLength(before + 3)
      expect(result).toEqual({ revision: before + 2, position: records.at(-1)?.position })
    },
  )

  it('finds its facts under those that others have appended meanwhile', async () => {
    const stream = newStream()
    server.faults.failAppend('after', 'cut')
    const appending = store.append(stream, 'any', facts(2))
    await expect.poll(() => server.log.stream(stream)?.last).toBe(1n)
    const other = createEventStoreDbStore(server.url, silentLog)
    await other.append(stream, 'any', facts(3, 50))
    await other.close()
    server.log.forgetIds()
    expect((await appending).revision).toBe(1)
    expect(numbersOf(await recordsOf(store, stream))).toEqual([0, 1, 50, 51, 52])
  })

  it('is written once when the first attempt arrives after the stream was searched for it', async () => {
    const stream = newStream()
    const record = fact(1)
    const asked = server.faults.appendsSeen
    server.faults.failAppend('before')
    server.faults.delayMs = 150
    const appending = store.append(stream, 'any', [record])
    // The second attempt has found nothing and is on its way.
    await expect.poll(() => server.faults.appendsSeen, { interval: 5 }).toBe(asked + 2)
    const { id, type } = record
    const [data, metadata] = [Buffer.from('{"n":1}'), Buffer.from('{}')]
    server.log.append(stream, 'any', [{ id, type, json: true, data, metadata }])
    server.log.forgetIds()
    expect((await appending).revision).toBe(0)
    expect(await recordsOf(store, stream)).toHaveLength(1)
  })

  it('is appended after what others appended meanwhile, when it was not done', async () => {
    const stream = newStream()
    const many = Array.from({ length: 12 }, (_, n) => {
      server.faults.failAppend('before')
      return store.append(stream, 'any', [fact(n)])
    })
    const results = await Promise.all(many)
    const records = await recordsOf(store, stream)
    expect(new Set(numbersOf(records)).size).toBe(12)
    expect(records).toHaveLength(12)
    for (const [n, { revision }] of results.entries()) expect(records[revision]?.data).toEqual({ n })
  })

  it('is a conflict when a stream that has to exist turns out not to, or has some of the facts only', async () => {
    server.faults.failAppend('before')
    await expect(store.append(newStream(), 'stream_exists', facts(1))).rejects.toMatchObject({
      expected: 'stream_exists',
      actual: 'no_stream',
    })
    const stream = newStream()
    const [a, b] = [fact(1), fact(2)]
    await store.append(stream, 'no_stream', [a])
    server.faults.failAppend('before')
    await expect(store.append(stream, 'any', [a, b])).rejects.toThrow(WrongExpectedRevision)
    expect(await recordsOf(store, stream)).toHaveLength(1)
  })

  it('says that the store is unavailable when that does not end; the same ids may be tried again later', async () => {
    const stream = newStream()
    const records = facts(2)
    for (let i = 0; i < 4; i += 1) server.faults.failAppend('after')
    await expect(store.append(stream, 'no_stream', records)).rejects.toThrow(StoreUnavailable)
    expect((await store.append(stream, 'no_stream', records)).revision).toBe(1)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })

  it('is tried again after the deadline, and is written once', async () => {
    const impatient = createEventStoreDbStore(`${server.url}&defaultDeadline=300`, silentLog)
    const stream = newStream()
    server.faults.failAppend('before', 'silence')
    server.faults.failAppend('after', 'silence')
    expect((await impatient.append(stream, 'any', facts(2))).revision).toBe(1)
    expect(await recordsOf(store, stream)).toHaveLength(2)
    await impatient.close()
  })
})

describe('appending to a cluster of EventStoreDB', () => {
  it('goes to the node that is the leader now', async () => {
    const stream = newStream()
    const next = await startEsdbServer({ log: server.log })
    server.faults.leader = { host: '127.0.0.1', port: next.port }
    expect((await store.append(stream, 'no_stream', facts(1))).revision).toBe(0)

    // And back: the next leader goes down.
    server.faults.leader = undefined
    next.stop()
    expect((await store.append(stream, 0, facts(2, 1))).revision).toBe(2)
    expect(await recordsOf(store, stream)).toHaveLength(3)
  })

  it('waits for the election when there is no leader', async () => {
    server.faults.leader = 'unknown'
    const appending = store.append(newStream(), 'no_stream', facts(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    server.faults.leader = undefined
    expect((await appending).revision).toBe(0)
  })
})

describe('what EventStoreDB refuses', () => {
  it('is a conflict also when it is told as an error', async () => {
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

  it('is a conflict also when it is told as an answer without throwing', async () => {
    const quiet = createEventStoreDbStore(`${server.url}&throwOnAppendFailure=false`, silentLog)
    const stream = newStream()
    await quiet.append(stream, 'no_stream', facts(2))
    await expect(quiet.append(stream, 0, facts(1))).rejects.toMatchObject({ stream, expected: 0, actual: 1 })
    await expect(quiet.append(newStream(), 0, facts(1))).rejects.toMatchObject({ actual: 'no_stream' })
    server.faults.failAppend('after')
    expect((await quiet.append(stream, 'any', facts(1))).revision).toBe(2)
    await quiet.tombstone(stream)
    await expect(quiet.append(stream, 'any', facts(1))).rejects.toThrow(StreamDeleted)
    await quiet.close()
  })

  it.each([
    ['that a server of a smaller limit refuses', 'maximum-append-size-exceeded'],
    ['of which one fact is too large', 'maximum-append-event-size-exceeded'],
  ])('can never be appended when it is an append %s', async (_, exception) => {
    const before = server.faults.appendsSeen
    server.faults.refuseAppend(exception)
    await expect(store.append(newStream(), 'no_stream', facts(1))).rejects.toThrow(InvalidAppend)
    expect(server.faults.appendsSeen - before).toBe(1)
  })
})
