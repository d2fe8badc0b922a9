import { describe, expect, it } from 'vitest'
import {
  type EventStore,
  type Position,
  type StoredRecord,
  WrongExpectedRevision,
} from '../../../src/eventstore/port.ts'
import { fact, flatten, newCategory, recordsOf } from './fixtures.ts'
import { Follower } from './follower.ts'
import { ascending } from './log-reads.ts'

const WRITERS = 50
const APPENDS = 20
const STREAMS = 7
const TOTAL = WRITERS * APPENDS

export function describeConcurrency(store: () => EventStore): void {
  describe('with 50 writers at the same time', () => {
    it('keeps one order that readers and subscribers, started in the middle, see completely', async () => {
      const category = newCategory()
      const filter = { streamPrefixes: [`${category}-`] }
      const before = await store().head()
      const streamOf = (n: number) => `${category}-${String(n % STREAMS)}`

      let answered = 0
      const half = Promise.withResolvers<undefined>()
      const writing = Promise.all(
        Array.from({ length: WRITERS }, async (_, writer) => {
          const positions: Position[] = []
          for (let i = 0; i < APPENDS; i += 1) {
            const n = writer * APPENDS + i
            positions.push((await store().append(streamOf(n), 'any', [fact(n)])).position)
            answered += 1
            if (answered === TOTAL / 2) half.resolve(undefined)
          }
          return positions
        }),
      )
      const fromStart = new Follower(store(), { after: before, filter })
      await half.promise
      const fromMiddle = new Follower(store(), { after: before, filter })
      const reader = readOnUntil(store(), before, TOTAL, filter.streamPrefixes[0] ?? '')
      const positions = await writing

      const log = await reader
      await fromStart.until((f) => f.records.length >= TOTAL)
      await fromMiddle.until((f) => f.records.length >= TOTAL)
      await Promise.all([fromStart.stop(), fromMiddle.stop()])

      expect(new Set(log.map((record) => record.data['n'])).size).toBe(TOTAL)
      expect(ascending(log.map((record) => record.position))).toBe(true)
      expect(fromStart.records).toEqual(log)
      expect(fromMiddle.records).toEqual(log)
      expect(await flatten(store().readCategory(category))).toEqual(log)
      for (const own of positions) expect(ascending(own)).toBe(true)
      for (let s = 0; s < STREAMS; s += 1) {
        const records = await recordsOf(store(), streamOf(s))
        expect(records.map((record) => record.revision)).toEqual(records.map((_, i) => i))
        expect(records).toEqual(log.filter((record) => record.stream === streamOf(s)))
      }
    })

    it('lets writers that go by the revision they read lose nothing of each other', async () => {
      const stream = `${newCategory()}-counter`
      const add = async (n: number): Promise<void> => {
        for (;;) {
          const slice = await store().readStream(stream, { direction: 'backwards', limit: 1 })
          const sum = slice.exists ? Number(slice.records[0]?.data['sum']) : 0
          const expected = slice.exists ? slice.lastRevision : 'no_stream'
          try {
            await store().append(stream, expected, [fact(n, { data: { n, sum: sum + 1 } })])
            return
          } catch (error) {
            if (!(error instanceof WrongExpectedRevision)) throw error
          }
        }
      }
      await Promise.all(Array.from({ length: 12 }, (_, n) => add(n)))
      const records = await recordsOf(store(), stream)
      expect(records.map((record) => record.data['sum'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    })
  })
}

/** Reads the log again and again from where it has come to, beside the writers, until it has seen all facts. */
async function readOnUntil(
  store: EventStore,
  after: Position,
  total: number,
  prefix: string,
): Promise<StoredRecord[]> {
  const seen: StoredRecord[] = []
  await expect
    .poll(
      async () => {
        // Without a filter: the position of any fact must be safe to go on from.
        const records = await flatten(store.readAll({ after, pageSize: 37 }))
        after = records.at(-1)?.position ?? after
        seen.push(...records.filter((record) => record.stream.startsWith(prefix)))
        return seen.length
      },
      { timeout: 20_000, interval: 5 },
    )
    .toBe(total)
  return seen
}
