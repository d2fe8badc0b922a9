import { expect, it } from 'vitest'
import type { EventStore, NewRecord } from '../../src/eventstore/port.ts'
import { digestOf, fill } from '../../src/transfer/fill.ts'
import { contentOf, type Moved } from '../../src/transfer/fact-line.ts'
import { statsOf } from '../../src/transfer/stats.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'

const signal = new AbortController().signal

const emptyStore = (): EventStore => new MemoryEventStore(new MemoryLog())

const record = (n: number, data = {}): NewRecord => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  type: n % 2 === 0 ? 'Even' : 'Odd',
  data: { n, ...data },
  metadata: { v: 1 },
})

/** Twelve facts of three streams, taking turns. */
async function source(): Promise<EventStore> {
  const store = emptyStore()
  for (let n = 0; n < 12; n++) await store.append(`s-${String(n % 3)}`, 'any', [record(n)])
  return store
}

async function contents(store: EventStore): Promise<string[]> {
  const all: string[] = []
  for await (const page of store.readAll()) all.push(...page.map(contentOf))
  return all
}

const fillFrom = (from: AsyncIterable<readonly Moved[]>, to: EventStore) =>
  fill({ from, to, ordered: false, signal })

it('copies order, ids and revisions, and finds everything there the second time', async () => {
  const from = await source()
  const to = emptyStore()
  const first = await fillFrom(from.readAll({ pageSize: 5 }), to)
  expect(first).toMatchObject({ facts: 12, found: 0 })
  expect(await contents(to)).toEqual(await contents(from))
  expect(await digestOf(to, signal)).toEqual({ facts: 12, digest: first.digest })
  expect(await fillFrom(from.readAll({ pageSize: 5 }), to)).toEqual({ ...first, found: 12 })
})

it('goes on where a filling was cut off, in the middle of a page', async () => {
  const from = await source()
  const to = emptyStore()
  for (let n = 0; n < 7; n++) await to.append(`s-${String(n % 3)}`, 'any', [record(n)])
  expect(await fillFrom(from.readAll({ pageSize: 5 }), to)).toMatchObject({ facts: 12, found: 7 })
  expect(await contents(to)).toEqual(await contents(from))
})

it('refuses a log that holds another fact, or more of them, and writes nothing', async () => {
  const from = await source()
  const other = emptyStore()
  await other.append('s-0', 'any', [record(0, { changed: true })])
  await expect(fillFrom(from.readAll(), other)).rejects.toThrow('its fact 1 is not that of the other (s-0@0)')
  expect(await contents(other)).toHaveLength(1)

  const longer = await source()
  await longer.append('s-9', 'any', [record(99)])
  await expect(fillFrom(from.readAll(), longer)).rejects.toThrow(
    'its fact 13 is not that of the other (it has more facts)',
  )
})

it('refuses a stream whose beginning is missing, because revisions have to stay', async () => {
  const facts = [{ ...record(1), stream: 's-1', revision: 3 }]
  async function* pages() {
    yield await Promise.resolve(facts)
  }
  await expect(fillFrom(pages(), emptyStore())).rejects.toThrow(
    's-1 cannot go on with revision 3: its first facts are missing',
  )
})

it('notices a log that takes facts in another order than they came', async () => {
  const from = await source()
  const to = emptyStore()
  const waiting: (() => void)[] = []
  const backwards: Pick<EventStore, 'append' | 'readAll'> = {
    readAll: (options) => to.readAll(options),
    async append(stream, expected, records) {
      await new Promise<void>((resolve) => {
        waiting.unshift(resolve)
        if (waiting.length < 3) return
        setImmediate(() => {
          for (const go of waiting.splice(0)) go()
        })
      })
      return to.append(stream, expected, records)
    },
  }
  await expect(
    fill({ from: from.readAll({ pageSize: 3 }), to: backwards, ordered: true, signal }),
  ).rejects.toThrow('in another order')
})

it('counts facts by type and by category, all events as one', async () => {
  const store = emptyStore()
  await store.append('event.01A-settings', 'any', [record(0), record(2)])
  await store.append('event.01B-guest.01C', 'any', [record(1, { $sealed: 'v1.x' })])
  await store.append('scoring-rules', 'any', [record(3)])
  const stats = await statsOf(store, signal)
  expect(stats).toMatchObject({
    facts: 4,
    sealed: 1,
    streams: 3,
    first: { position: 1n },
    last: { position: 4n },
  })
  expect(stats.categories.map(({ name, facts }) => [name, facts])).toEqual([
    ['event', 3],
    ['scoring', 1],
  ])
  expect(stats.types.map(({ name, facts }) => [name, facts])).toEqual([
    ['Even', 2],
    ['Odd', 2],
  ])
  expect(stats.longest[0]).toMatchObject({ name: 'event.01A-settings', facts: 2, bytes: 28 })
  expect(await statsOf(emptyStore(), signal)).toMatchObject({
    facts: 0,
    first: null,
    last: null,
  })
})
