import { describe, expect } from 'vitest'
import {
  InvalidAppend,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../src/eventstore/port.ts'
import { fact, facts, newStream, numbersOf, recordsOf } from '../contract/event-store/fixtures.ts'
import { overGrpc as it } from './over-grpc.ts'

describe('an append to EventStoreDB whose answer does not come', () => {
  it.for([
    ['before', 'unavailable'],
    ['after', 'unavailable'],
    ['before', 'cut'],
    ['after', 'cut'],
  ] as const)(
    'is written once when it breaks %s it was done: %s',
    async ([moment, how], { server, store }) => {
      const stream = newStream()
      await store.append(stream, 'no_stream', facts(1))
      server.faults.failAppend(moment, how)
      server.faults.failAppend(moment, how)
      const result = await store.append(stream, 0, facts(2, 1))
      const records = await recordsOf(store, stream)
      expect(numbersOf(records)).toEqual([0, 1, 2])
      expect(result).toEqual({ revision: 2, position: records[2]?.position })
    },
  )

  it.for(['any', 'stream_exists', 'no_stream', 1] as const)(
    'is written once with %s, although the server has forgotten the ids by the time it is asked again',
    async (expected, { server, store }) => {
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

  it('finds its facts under those that others have appended meanwhile', async ({
    server,
    store,
    connect,
  }) => {
    const stream = newStream()
    server.faults.failAppend('after', 'cut')
    const appending = store.append(stream, 'any', facts(2))
    await expect.poll(() => server.log.stream(stream)?.last).toBe(1n)
    await connect(server.url).append(stream, 'any', facts(3, 50))
    server.log.forgetIds()
    expect((await appending).revision).toBe(1)
    expect(numbersOf(await recordsOf(store, stream))).toEqual([0, 1, 50, 51, 52])
  })

  it('is written once when the first attempt arrives after the stream was searched for it', async ({
    server,
    store,
  }) => {
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

  it('is appended after what others appended meanwhile, when it was not done', async ({ server, store }) => {
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

  it('is a conflict when a stream that has to exist turns out not to, or has some of the facts only', async ({
    server,
    store,
  }) => {
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

  it('says that the store is unavailable when that does not end; the same ids may be tried again later', async ({
    server,
    store,
  }) => {
    const stream = newStream()
    const records = facts(2)
    for (let i = 0; i < 4; i += 1) server.faults.failAppend('after')
    await expect(store.append(stream, 'no_stream', records)).rejects.toThrow(StoreUnavailable)
    expect((await store.append(stream, 'no_stream', records)).revision).toBe(1)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })

  it('is tried again after the deadline, and is written once', async ({ server, store, connect }) => {
    const impatient = connect(`${server.url}&defaultDeadline=300`)
    const stream = newStream()
    server.faults.failAppend('before', 'silence')
    server.faults.failAppend('after', 'silence')
    expect((await impatient.append(stream, 'any', facts(2))).revision).toBe(1)
    expect(await recordsOf(store, stream)).toHaveLength(2)
  })
})

describe('appending to a cluster of EventStoreDB', () => {
  it('goes to the node that is the leader now', async ({ server, store, start }) => {
    const stream = newStream()
    const next = await start({ log: server.log })
    server.faults.leader = { host: '127.0.0.1', port: next.port }
    expect((await store.append(stream, 'no_stream', facts(1))).revision).toBe(0)

    // And back: the next leader goes down.
    server.faults.leader = undefined
    next.stop()
    expect((await store.append(stream, 0, facts(2, 1))).revision).toBe(2)
    expect(await recordsOf(store, stream)).toHaveLength(3)
  })

  it('waits for the election when there is no leader', async ({ server, store }) => {
    server.faults.leader = 'unknown'
    const asked = server.faults.appendsSeen
    const appending = store.append(newStream(), 'no_stream', facts(1))
    await expect.poll(() => server.faults.appendsSeen, { interval: 5 }).toBeGreaterThan(asked)
    server.faults.leader = undefined
    expect((await appending).revision).toBe(0)
  })
})

describe('what EventStoreDB refuses', () => {
  it('is a conflict also when it is told as an error', async ({ server, store }) => {
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

  it('is a conflict also when it is told as an answer without throwing', async ({ server, connect }) => {
    const quiet = connect(`${server.url}&throwOnAppendFailure=false`)
    const stream = newStream()
    await quiet.append(stream, 'no_stream', facts(2))
    await expect(quiet.append(stream, 0, facts(1))).rejects.toMatchObject({ stream, expected: 0, actual: 1 })
    await expect(quiet.append(newStream(), 0, facts(1))).rejects.toMatchObject({ actual: 'no_stream' })
    server.faults.failAppend('after')
    expect((await quiet.append(stream, 'any', facts(1))).revision).toBe(2)
    await quiet.tombstone(stream)
    await expect(quiet.append(stream, 'any', facts(1))).rejects.toThrow(StreamDeleted)
  })

  it.for([
    ['that a server of a smaller limit refuses', 'maximum-append-size-exceeded'],
    ['of which one fact is too large', 'maximum-append-event-size-exceeded'],
  ] as const)('can never be appended when it is an append %s', async ([_, exception], { server, store }) => {
    const before = server.faults.appendsSeen
    server.faults.refuseAppend(exception)
    await expect(store.append(newStream(), 'no_stream', facts(1))).rejects.toThrow(InvalidAppend)
    expect(server.faults.appendsSeen - before).toBe(1)
  })
})
