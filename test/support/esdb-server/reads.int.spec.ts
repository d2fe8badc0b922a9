import {
  type AllStreamResolvedEvent,
  END,
  StreamNotFoundError,
  UnavailableError,
} from '@eventstore/db-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { all, newName, numbered, numbersIn, withClient, withServer } from './client.ts'

const server = withServer()
const client = withClient(server)

describe('reading a stream', () => {
  const stream = newName()
  beforeAll(async () => {
    await client().appendToStream(stream, numbered(10))
  })

  it.each([
    ['all of it', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['so many', { maxCount: 2 }, [0, 1]],
    ['from a revision', { fromRevision: 7n }, [7, 8, 9]],
    ['from past its end', { fromRevision: 99n }, []],
    ['from its end', { fromRevision: END }, []],
    ['backwards', { direction: 'backwards', fromRevision: END, maxCount: 3 }, [9, 8, 7]],
    ['backwards from a revision', { direction: 'backwards', fromRevision: 2n }, [2, 1, 0]],
    ['backwards from past its end', { direction: 'backwards', fromRevision: 99n, maxCount: 1 }, [9]],
    ['backwards from its start', { direction: 'backwards', fromRevision: 'start' }, [0]],
  ] as const)('gives %s', async (_, options, expected) => {
    expect(numbersIn(await all(client().readStream(stream, options)))).toEqual(expected)
  })

  it('says that there is none', async () => {
    await expect(all(client().readStream(newName()))).rejects.toThrow(StreamNotFoundError)
  })

  it('can be broken after so many events', async () => {
    server().faults.failRead(stream, 4)
    const read: unknown[] = []
    const reading = (async () => {
      for await (const event of client().readStream(stream)) read.push(event)
    })()
    await expect(reading).rejects.toThrow(UnavailableError)
    expect(read).toHaveLength(4)
  })
})

describe('metadata of a stream', () => {
  it('with a most count leaves only the last events', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(10))
    await client().setStreamMetadata(stream, { maxCount: 3 })
    expect(numbersIn(await all(client().readStream(stream)))).toEqual([7, 8, 9])
    await client().appendToStream(stream, numbered(1, 10))
    const backwards = client().readStream(stream, { direction: 'backwards', fromRevision: END })
    expect(numbersIn(await all(backwards))).toEqual([10, 9, 8])
    expect((await client().getStreamMetadata(stream)).metadata).toEqual({ maxCount: 3 })
  })

  it('with a most age leaves only events that are younger', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(2))
    await client().setStreamMetadata(stream, { maxAge: 3_600 })
    expect(await all(client().readStream(stream))).toHaveLength(2)
    await client().setStreamMetadata(stream, { maxAge: 1 })
    await expect.poll(() => all(client().readStream(stream)), { timeout: 10_000 }).toEqual([])
    await client().appendToStream(stream, numbered(1, 2))
    expect(numbersIn(await all(client().readStream(stream)))).toEqual([2])
  })

  it('with a truncation leaves only events from there', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(5))
    await client().setStreamMetadata(stream, { truncateBefore: 3, custom: 'kept' })
    expect(numbersIn(await all(client().readStream(stream)))).toEqual([3, 4])
    expect((await client().getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 3, custom: 'kept' })
    expect(await client().getStreamMetadata(newName())).not.toHaveProperty('metadata')
  })
})

describe('reading $all', () => {
  const category = newName().split('-')[0] ?? ''
  const own = (events: readonly AllStreamResolvedEvent[]) =>
    events.filter(({ event }) => event?.streamId.startsWith(`${category}-`))
  beforeAll(async () => {
    for (let n = 0; n < 10; n += 1) await client().appendToStream(newName(category), numbered(1, n))
  })

  it('gives everything in order, records of the server among it, in both directions', async () => {
    const forwards = await all(client().readAll())
    expect(numbersIn(own(forwards))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(forwards[0]?.event?.position.commit).toBe(0n)
    expect(forwards.some(({ event }) => event?.type === '$statsCollected')).toBe(true)
    const backwards = await all(client().readAll({ direction: 'backwards', fromPosition: END }))
    expect(numbersIn(own(backwards))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(backwards).toHaveLength(forwards.length)
  })

  it('goes on from a position, which lies before its record', async () => {
    const events = own(await all(client().readAll()))
    const fromPosition = events[4]?.event?.position ?? END
    expect(numbersIn(own(await all(client().readAll({ fromPosition }))))).toEqual([4, 5, 6, 7, 8, 9])
    const before = client().readAll({ fromPosition, direction: 'backwards' })
    expect(numbersIn(own(await all(before)))).toEqual([3, 2, 1, 0])
    expect(await all(client().readAll({ fromPosition, maxCount: 3 }))).toHaveLength(3)
    expect(await all(client().readAll({ fromPosition: END }))).toEqual([])
  })
})

describe('the links of a category', () => {
  it('lead to its events, or nowhere when the stream was deleted', async () => {
    const category = newName().split('-')[0] ?? ''
    const [kept, deleted] = [newName(category), newName(category)]
    await client().appendToStream(kept, numbered(2))
    await client().appendToStream(deleted, numbered(2, 2))
    await client().appendToStream(kept, numbered(1, 4))
    await client().tombstoneStream(deleted)
    await expect.poll(() => server().log.stream(`$ce-${category}`)?.last).toBe(4n)

    const resolved = await all(client().readStream(`$ce-${category}`, { resolveLinkTos: true }))
    expect(numbersIn(resolved)).toEqual([0, 1, 'gone', 'gone', 4])
    expect(resolved.map(({ link }) => link?.revision)).toEqual([0n, 1n, 2n, 3n, 4n])
    const [link] = await all(client().readStream(`$ce-${category}`, { maxCount: 1 }))
    expect(link?.event).toMatchObject({ type: '$>', isJson: false, streamId: `$ce-${category}` })
    expect(Buffer.from(link?.event?.data as Uint8Array).toString()).toBe(`0@${kept}`)
  })
})

describe('what the server does not have', () => {
  it.each([
    [
      'PersistentSubscriptions/Create',
      () => client().createPersistentSubscriptionToStream('s-1', 'g', SETTINGS),
    ],
    ['Projections/Create', () => client().createProjection('p', 'fromAll()')],
    ['Projections/Disable', () => client().disableProjection('$by_category')],
    ['Projections/State', () => client().getProjectionState('$by_category')],
  ])('is answered UNIMPLEMENTED with the name of the method: %s', async (method, call) => {
    await expect(call()).rejects.toMatchObject({
      message: expect.stringContaining(method) as string,
      code: 12,
    })
  })
})

const SETTINGS = {
  resolveLinkTos: false,
  startFrom: 'start',
  extraStatistics: false,
  messageTimeout: 1_000,
  maxRetryCount: 1,
  checkPointAfter: 1_000,
  checkPointLowerBound: 1,
  checkPointUpperBound: 1,
  maxSubscriberCount: 1,
  liveBufferSize: 1,
  readBatchSize: 1,
  historyBufferSize: 2,
  consumerStrategyName: 'RoundRobin',
} as const
