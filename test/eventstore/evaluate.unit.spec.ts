import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, type KnownFact, type LogState } from '../../src/eventstore/embedded/evaluate.ts'
import type { EncodedAppend } from '../../src/eventstore/encode.ts'
import {
  type ExpectedRevision,
  InvalidAppend,
  StreamDeleted,
  WrongExpectedRevision,
} from '../../src/eventstore/port.ts'

const EMPTY: LogState = { head: 10n, lastRevisions: new Map(), tombstones: new Set(), known: new Map() }

function append(stream: string, expected: ExpectedRevision, ids: readonly string[]): EncodedAppend {
  return {
    stream,
    expected,
    bytes: 0,
    records: ids.map((id) => ({ id, type: 'T', data: '{}', metadata: '{}' })),
  }
}

function accepted(revision: number, position: bigint) {
  return { accepted: true, result: { revision, position } }
}

describe('a batch of appends', () => {
  it('gets positions without gaps after the head, and revisions without gaps in each stream', () => {
    const state = { ...EMPTY, lastRevisions: new Map([['b-1', 4]]) }
    const { outcomes, placed } = evaluate(
      [append('a-1', 'no_stream', ['1', '2']), append('b-1', 4, ['3'])],
      state,
    )
    expect(outcomes).toEqual([accepted(1, 12n), accepted(5, 13n)])
    expect(placed.map(({ position, stream, revision }) => [position, stream, revision])).toEqual([
      [11n, 'a-1', 0],
      [12n, 'a-1', 1],
      [13n, 'b-1', 5],
    ])
  })

  it('sees in a later append what an earlier one of the same batch wrote', () => {
    const { outcomes } = evaluate(
      [append('a-1', 'no_stream', ['1']), append('a-1', 'no_stream', ['2']), append('a-1', 0, ['3'])],
      EMPTY,
    )
    expect(outcomes[0]).toEqual(accepted(0, 11n))
    expect(outcomes[1]).toMatchObject({ accepted: false, error: { actual: 0, expected: 'no_stream' } })
    expect(outcomes[2]).toEqual(accepted(1, 12n))
  })

  it('leaves no trace of an append that is refused', () => {
    const { outcomes, placed } = evaluate([append('a-1', 3, ['1', '2']), append('b-1', 'any', ['1'])], EMPTY)
    expect(outcomes[1]).toEqual(accepted(0, 11n))
    expect(placed).toHaveLength(1)
  })

  it('answers a retry within the batch as the first time', () => {
    const twice = append('a-1', 'no_stream', ['1', '2'])
    expect(evaluate([twice, twice], EMPTY).outcomes).toEqual([accepted(1, 12n), accepted(1, 12n)])
  })

  it('answers a retry from what the log knows, wherever the stream is by now', () => {
    const known = new Map<string, KnownFact>([
      ['1', { stream: 'a-1', revision: 3, position: 5n }],
      ['2', { stream: 'a-1', revision: 4, position: 6n }],
    ])
    const state = { ...EMPTY, lastRevisions: new Map([['a-1', 9]]), known }
    const { outcomes, placed } = evaluate(
      [
        append('a-1', 2, ['1', '2']),
        append('a-1', 'any', ['1']),
        append('a-1', 2, ['2', '1']),
        append('a-1', 9, ['2', '7']),
      ],
      state,
    )
    expect(outcomes.slice(0, 2)).toEqual([accepted(4, 6n), accepted(3, 5n)])
    for (const outcome of outcomes.slice(2))
      expect(outcome).toMatchObject({ error: expect.any(WrongExpectedRevision) as Error })
    expect(placed).toEqual([])
  })

  it('refuses ids of other streams and streams with a tombstone', () => {
    const state = {
      ...EMPTY,
      tombstones: new Set(['dead-1']),
      known: new Map<string, KnownFact>([['1', { stream: 'a-1', revision: 0, position: 5n }]]),
    }
    const { outcomes } = evaluate([append('b-1', 'any', ['1']), append('dead-1', 'any', ['2'])], state)
    expect(outcomes[0]).toMatchObject({ error: expect.any(InvalidAppend) as Error })
    expect(outcomes[1]).toMatchObject({ error: expect.any(StreamDeleted) as Error })
  })

  it('is decided the same whether its appends come together or one by one', () => {
    const expected = fc.constantFrom<ExpectedRevision>('any', 'no_stream', 'stream_exists', 0, 1, 2)
    const anAppend = fc
      .record({
        stream: fc.constantFrom('a-1', 'b-1', 'dead-1'),
        expected,
        ids: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'), { minLength: 1, maxLength: 3 }),
      })
      .map(({ stream, expected, ids }) => append(stream, expected, ids))
    fc.assert(
      fc.property(fc.array(anAppend, { maxLength: 12 }), (batch) => {
        const start = { ...EMPTY, tombstones: new Set(['dead-1']) }
        const together = evaluate(batch, start)
        const apart = oneByOne(batch, start)
        expect(apart.outcomes).toEqual(together.outcomes)
        expect(apart.placed).toEqual(together.placed)
        expect(together.placed.map((record) => record.position)).toEqual(
          together.placed.map((_, i) => 11n + BigInt(i)),
        )
      }),
    )
  })
})

/** Each append against a log that already holds all the earlier ones. */
function oneByOne(batch: readonly EncodedAppend[], start: LogState): ReturnType<typeof evaluate> {
  const all: ReturnType<typeof evaluate> = { outcomes: [], placed: [] }
  for (const append of batch) {
    const state = {
      head: start.head + BigInt(all.placed.length),
      lastRevisions: new Map(all.placed.map(({ stream, revision }) => [stream, revision])),
      tombstones: start.tombstones,
      known: new Map(all.placed.map((record) => [record.id, record])),
    }
    const { outcomes, placed } = evaluate([append], state)
    all.outcomes.push(...outcomes)
    all.placed.push(...placed)
  }
  return all
}
