import { beforeAll, describe, expect, it } from 'vitest'
import type { EventStore, StreamSlice } from '../../../src/eventstore/port.ts'
import { fact, facts, newStream, numbersOf } from './fixtures.ts'

export function describeStreamReads(store: () => EventStore): void {
  describe('reading a stream', () => {
    const ten = newStream()
    beforeAll(async () => {
      await store().append(ten, 'no_stream', facts(10))
    })

    it('says that a stream does not exist when nothing was written', async () => {
      expect(await store().readStream(newStream())).toEqual({ exists: false })
      expect(await store().readStream(newStream(), { direction: 'backwards', limit: 1 })).toEqual({
        exists: false,
      })
    })

    it('says that a tombstoned stream does not exist', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', facts(2))
      await store().tombstone(stream)
      expect(await store().readStream(stream)).toEqual({ exists: false })
      expect(await store().readStream(stream, { direction: 'backwards' })).toEqual({ exists: false })
    })

    it('gives back every field of a fact', async () => {
      const stream = newStream()
      const written = fact(1, { type: 'GuestInvited', metadata: { actor: 'host:7', $causationId: 'cause' } })
      const { position } = await store().append(stream, 'no_stream', [written])
      const slice = await store().readStream(stream)
      expect(slice).toEqual({
        exists: true,
        lastRevision: 0,
        records: [{ ...written, stream, revision: 0, position, created: expect.any(Date) as Date }],
      })
      const created = slice.exists ? slice.records[0]?.created.getTime() : undefined
      // The clock of the store may differ from the clock here, but not by a day.
      expect(Math.abs((created ?? 0) - Date.now())).toBeLessThan(86_400_000)
    })

    it.each([
      ['all of it', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      ['from a revision', { from: 7 }, [7, 8, 9]],
      ['with a limit', { limit: 2 }, [0, 1]],
      ['from a revision with a limit', { from: 3, limit: 4 }, [3, 4, 5, 6]],
      ['with a limit past the end', { from: 8, limit: 50 }, [8, 9]],
      ['past the end', { from: 10 }, []],
      ['far past the end', { from: 3_000_000_000 }, []],
      ['backwards', { direction: 'backwards' }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
      ['the last one', { direction: 'backwards', limit: 1 }, [9]],
      ['backwards from a revision', { direction: 'backwards', from: 2 }, [2, 1, 0]],
      ['backwards from a revision with a limit', { direction: 'backwards', from: 6, limit: 3 }, [6, 5, 4]],
      ['backwards from past the end', { direction: 'backwards', from: 99, limit: 2 }, [9, 8]],
    ] as const)('reads %s', async (_, options, expected) => {
      const slice = await store().readStream(ten, options)
      expect(numbersOf(recordsIn(slice))).toEqual(expected)
      expect(slice).toMatchObject({ exists: true, lastRevision: 9 })
    })

    it('answers many reads at the same time, each with its own slice', async () => {
      const streams = Array.from({ length: 40 }, () => newStream())
      await Promise.all(streams.map((stream, n) => store().append(stream, 'no_stream', facts(3, n * 10))))
      const reads = streams.flatMap((stream, n) => [
        { expected: [n * 10 + 1, n * 10 + 2], slice: store().readStream(stream, { from: 1 }) },
        { expected: [n * 10 + 2], slice: store().readStream(stream, { direction: 'backwards', limit: 1 }) },
        { expected: [n * 10], slice: store().readStream(stream, { limit: 1 }) },
        { expected: [], slice: store().readStream(`${stream}x`) },
      ])
      for (const { expected, slice } of reads) expect(numbersOf(recordsIn(await slice))).toEqual(expected)
    })

    it('sees every append that was answered before the read', async () => {
      const stream = newStream()
      for (let n = 0; n < 20; n += 1) {
        await store().append(stream, 'any', [fact(n)])
        const [last] = recordsIn(await store().readStream(stream, { direction: 'backwards', limit: 1 }))
        expect(last?.data).toEqual({ n })
      }
    })
  })
}

function recordsIn(slice: StreamSlice) {
  return slice.exists ? slice.records : []
}
