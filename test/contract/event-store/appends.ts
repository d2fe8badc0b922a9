import { describe, expect, it } from 'vitest'
import {
  type EventStore,
  InvalidAppend,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../../src/eventstore/port.ts'
import { fact, facts, newStream, numbersOf, recordsOf } from './fixtures.ts'

export function describeAppends(store: () => EventStore): void {
  describe('appending', () => {
    describeExpectedRevisions(store)
    describeRetries(store)
    describeTombstones(store)

    it('answers with the revision and the position of the last fact', async () => {
      const stream = newStream()
      const before = await store().head()
      const first = await store().append(stream, 'no_stream', facts(3))
      const second = await store().append(stream, 2, facts(2, 3))
      const records = await recordsOf(store(), stream)

      expect(first.revision).toBe(2)
      expect(second.revision).toBe(4)
      expect(first.position).toBe(records[2]?.position)
      expect(second.position).toBe(records[4]?.position)
      expect(first.position).toBeGreaterThan(before)
      expect(await store().head()).toBe(second.position)
    })

    it('writes all records of an append in order, or none', async () => {
      const stream = newStream()
      await store().append(stream, 'any', facts(200))
      await expect(store().append(stream, 5, facts(3, 200))).rejects.toThrow(WrongExpectedRevision)
      const records = await recordsOf(store(), stream)
      expect(numbersOf(records)).toEqual(Array.from({ length: 200 }, (_, n) => n))
      expect(records.map((record) => record.revision)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    })

    it.each([
      ['an append without records', 'no_stream', []],
      ['an id that is not a UUID', 'any', [fact(1, { id: 'fact-1' })]],
      ['a type without a name', 'any', [fact(1, { type: '' })]],
      ['a type of the store itself', 'any', [fact(1, { type: '$metadata' })]],
      ['a revision below zero', -1, [fact(1)]],
      ['a revision that is not whole', 0.5, [fact(1)]],
    ] as const)('refuses %s', async (_, expected, records) => {
      const stream = newStream()
      await expect(store().append(stream, expected, records)).rejects.toThrow(InvalidAppend)
      expect(await store().readStream(stream)).toEqual({ exists: false })
    })

    it.each(['', '$settings', 'name\u0000-1', 'half\ud800-1', `long-${'x'.repeat(600)}`])(
      'refuses the stream name %j',
      async (name) => {
        await expect(store().append(name, 'any', facts(1))).rejects.toThrow(InvalidAppend)
      },
    )

    it('refuses one id twice in one append', async () => {
      const twice = fact(1)
      await expect(store().append(newStream(), 'any', [twice, twice])).rejects.toThrow(InvalidAppend)
    })
  })
}

function describeExpectedRevisions(store: () => EventStore): void {
  it.each(['any', 'no_stream'] as const)('accepts %s for a stream that does not exist', async (expected) => {
    expect((await store().append(newStream(), expected, facts(1))).revision).toBe(0)
  })

  it.each(['any', 'stream_exists', 1] as const)(
    'accepts %s for a stream with two facts',
    async (expected) => {
      const stream = newStream()
      await store().append(stream, 'no_stream', facts(2))
      expect((await store().append(stream, expected, facts(1))).revision).toBe(2)
    },
  )

  it.each(['stream_exists', 0, 7] as const)(
    'refuses %s for a stream that does not exist',
    async (expected) => {
      const stream = newStream()
      const refused = store().append(stream, expected, facts(1))
      await expect(refused).rejects.toThrow(WrongExpectedRevision)
      await expect(refused).rejects.toMatchObject({ stream, expected, actual: 'no_stream' })
      expect(await store().readStream(stream)).toEqual({ exists: false })
    },
  )

  it.each(['no_stream', 0, 2] as const)(
    'refuses %s for a stream with two facts, and says where it is',
    async (expected) => {
      const stream = newStream()
      await store().append(stream, 'any', facts(2))
      const refused = store().append(stream, expected, facts(1))
      await expect(refused).rejects.toThrow(WrongExpectedRevision)
      await expect(refused).rejects.toMatchObject({ stream, expected, actual: 1 })
      expect(await recordsOf(store(), stream)).toHaveLength(2)
    },
  )

  it('lets exactly one of many writers with the same expected revision through', async () => {
    const stream = newStream()
    const answers = await Promise.allSettled(
      facts(20).map((record) => store().append(stream, 'no_stream', [record])),
    )
    const refused = answers
      .filter((answer) => answer.status === 'rejected')
      .map((answer): unknown => answer.reason)
    expect(refused).toHaveLength(19)
    for (const reason of refused) expect(reason).toBeInstanceOf(WrongExpectedRevision)
    expect(await recordsOf(store(), stream)).toHaveLength(1)
  })
}

function describeRetries(store: () => EventStore): void {
  it.each(['no_stream', 'any'] as const)(
    'answers a retry with %s as the first time and writes nothing',
    async (expected) => {
      const stream = newStream()
      const records = facts(3)
      const first = await store().append(stream, expected, records)
      expect(await store().append(stream, expected, records)).toEqual(first)
      expect(await recordsOf(store(), stream)).toHaveLength(3)
    },
  )

  it('answers a retry with an exact revision also after others have appended', async () => {
    const stream = newStream()
    await store().append(stream, 'no_stream', facts(2))
    const records = facts(2, 2)
    const first = await store().append(stream, 1, records)
    await store().append(stream, 3, facts(5, 4))
    expect(await store().append(stream, 1, records)).toEqual(first)
    expect(numbersOf(await recordsOf(store(), stream))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('answers a retry as the first time also when it comes together with another append to the stream', async () => {
    const stream = newStream()
    await store().append(stream, 'no_stream', facts(1))
    const records = facts(1, 1)
    const first = await store().append(stream, 0, records)
    await store().append(stream, 1, facts(3, 2))
    const [next, retried] = await Promise.all([
      store().append(stream, 4, facts(1, 5)),
      store().append(stream, 0, records),
    ])
    expect(retried).toEqual(first)
    expect(next.revision).toBe(5)
    expect(numbersOf(await recordsOf(store(), stream))).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('knows an id again that is written in upper case', async () => {
    const stream = newStream()
    const [record] = facts(1)
    if (record === undefined) throw new Error('no record')
    const first = await store().append(stream, 'no_stream', [record])
    expect(await store().append(stream, 'no_stream', [{ ...record, id: record.id.toUpperCase() }])).toEqual(
      first,
    )
    expect((await recordsOf(store(), stream))[0]?.id).toBe(record.id)
  })

  it('refuses an append of which only some records are there', async () => {
    const stream = newStream()
    const [a, b] = facts(2)
    if (a === undefined || b === undefined) throw new Error('no records')
    await store().append(stream, 'no_stream', [a])
    await expect(store().append(stream, 'no_stream', [a, b])).rejects.toThrow(WrongExpectedRevision)
    await expect(store().append(stream, 'no_stream', [b, a])).rejects.toThrow(WrongExpectedRevision)
    expect(await recordsOf(store(), stream)).toHaveLength(1)
  })

  it('writes a fact once when retries of it run at the same time', async () => {
    const stream = newStream()
    const records = facts(2)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => store().append(stream, 'no_stream', records)),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await recordsOf(store(), stream)).toHaveLength(2)
  })
}

function describeTombstones(store: () => EventStore): void {
  it('never writes to a tombstoned stream again', async () => {
    const stream = newStream()
    await store().append(stream, 'no_stream', facts(2))
    await store().tombstone(stream)
    await expect(store().append(stream, 'any', facts(1))).rejects.toThrow(StreamDeleted)
    await expect(store().append(stream, 'no_stream', facts(1))).rejects.toThrow(StreamDeleted)
  })

  it('tombstones a stream that does not exist, and one that is tombstoned', async () => {
    const stream = newStream()
    await store().tombstone(stream)
    await store().tombstone(stream)
    await expect(store().append(stream, 'any', facts(1))).rejects.toThrow(StreamDeleted)
  })
}
