import { beforeAll, describe, expect, it } from 'vitest'
import type { EventStore, Position } from '../../../src/eventstore/port.ts'
import { fact, facts, flatten, newCategory, newStream, numbersOf } from './fixtures.ts'

export function describeLogReads(store: () => EventStore): void {
  describe('reading a category', () => {
    const category = newCategory()
    beforeAll(async () => {
      const [one, two] = [newStream(category), newStream(category)]
      await store().append(one, 'no_stream', facts(2))
      await store().append(two, 'no_stream', facts(2, 2))
      await store().append(`${category}x-1`, 'no_stream', facts(1, 99))
      await store().append(category, 'no_stream', facts(1, 98))
      await store().append(one, 1, facts(2, 4))
    })

    it('gives the facts of its streams in the order they were accepted, and no others', async () => {
      const records = await flatten(store().readCategory(category))
      expect(numbersOf(records)).toEqual([0, 1, 2, 3, 4, 5])
      expect(records.map((record) => record.revision)).toEqual([0, 1, 0, 1, 2, 3])
      expect(ascending(records.map((record) => record.position))).toBe(true)
    })

    it('goes on after a position', async () => {
      const records = await flatten(store().readCategory(category))
      for (const [i, { position }] of records.entries()) {
        const rest = await flatten(store().readCategory(category, { after: position }))
        expect(rest).toEqual(records.slice(i + 1))
      }
    })

    it.each([1, 2, 4, 6, 100])('gives pages of at most %i', async (pageSize) => {
      const pages: number[] = []
      for await (const page of store().readCategory(category, { pageSize })) pages.push(page.length)
      expect(pages.reduce((sum, length) => sum + length, 0)).toBe(6)
      expect(Math.max(...pages)).toBeLessThanOrEqual(pageSize)
      expect(Math.min(...pages)).toBeGreaterThan(0)
    })

    it('of a name that was never used is empty', async () => {
      expect(await flatten(store().readCategory(newCategory()))).toEqual([])
    })

    it('leaves out tombstoned streams', async () => {
      const other = newCategory()
      const [kept, deleted] = [newStream(other), newStream(other)]
      await store().append(kept, 'no_stream', facts(1, 1))
      await store().append(deleted, 'no_stream', facts(3, 10))
      await store().append(kept, 0, facts(1, 2))
      await store().tombstone(deleted)
      const records = await flatten(store().readCategory(other))
      expect(numbersOf(records)).toEqual([1, 2])
    })

    it('can be stopped by the reader in the middle', async () => {
      for await (const page of store().readCategory(category, { pageSize: 2 })) {
        expect(page).toHaveLength(2)
        break
      }
    })
  })

  describe('reading the whole log', () => {
    const category = newCategory()
    let before: Position
    beforeAll(async () => {
      before = await store().head()
      await store().append(`${category}-a`, 'no_stream', [fact(0, { type: `${category}.Opened` }), fact(1)])
      await store().append(`${category}-b`, 'no_stream', [
        fact(2),
        fact(3, { type: `${category}.OpenedTwice` }),
      ])
      await store().append(`${category}-a`, 1, [fact(4, { type: `${category}.Closed` })])
    })

    it('gives every fact after a position, in order, each once', async () => {
      const records = await flatten(store().readAll({ after: before }))
      expect(numbersOf(records.filter((record) => record.stream.startsWith(category)))).toEqual([
        0, 1, 2, 3, 4,
      ])
      expect(ascending([before, ...records.map((record) => record.position)])).toBe(true)
      expect(records.every((record) => !record.stream.startsWith('$') && !record.type.startsWith('$'))).toBe(
        true,
      )
    })

    it('goes on after a position', async () => {
      const filter = { streamPrefixes: [category] }
      const records = await flatten(store().readAll({ after: before, filter }))
      for (const [i, { position }] of records.entries()) {
        expect(await flatten(store().readAll({ after: position, filter }))).toEqual(records.slice(i + 1))
      }
    })

    it('with stream prefixes gives the streams of any of them', async () => {
      const read = (streamPrefixes: string[]) =>
        flatten(store().readAll({ after: before, filter: { streamPrefixes } }))
      expect(numbersOf(await read([`${category}-a`]))).toEqual([0, 1, 4])
      expect(numbersOf(await read([`${category}-b`, 'nothing-']))).toEqual([2, 3])
      expect(numbersOf(await read([`${category}-b`, `${category}-a`]))).toEqual([0, 1, 2, 3, 4])
      expect(await read(['nothing-'])).toEqual([])
      expect(await read([])).toEqual([])
      expect(numbersOf((await read([''])).filter((record) => record.stream.startsWith(category)))).toEqual([
        0, 1, 2, 3, 4,
      ])
      expect(await read([category.replace('.', '_')])).toEqual([])
    })

    it('with type prefixes gives the types of any of them', async () => {
      const read = (typePrefixes: string[]) =>
        flatten(store().readAll({ after: before, filter: { typePrefixes } }))
      expect(numbersOf(await read([`${category}.Opened`]))).toEqual([0, 3])
      expect(numbersOf(await read([`${category}.Closed`, `${category}.OpenedT`]))).toEqual([3, 4])
      expect(await read([`${category}.Missing`])).toEqual([])
      expect(await read([`${category}xOpened`, '.*'])).toEqual([])
    })

    it.each([1, 3, 500])('gives pages of at most %i', async (pageSize) => {
      const seen: unknown[] = []
      for await (const page of store().readAll({
        after: before,
        filter: { streamPrefixes: [category] },
        pageSize,
      })) {
        expect(page.length).toBeLessThanOrEqual(pageSize)
        expect(page.length).toBeGreaterThan(0)
        seen.push(...numbersOf(page))
      }
      expect(seen).toEqual([0, 1, 2, 3, 4])
    })

    it('after the head is empty, also past it', async () => {
      const head = await store().head()
      expect(await flatten(store().readAll({ after: head, filter: { streamPrefixes: [category] } }))).toEqual(
        [],
      )
    })
  })
}

export function ascending(positions: readonly Position[]): boolean {
  return positions.every((position, i) => i === 0 || position > (positions[i - 1] ?? 0n))
}
