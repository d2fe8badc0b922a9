import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { appendSteps, anEventId, aGuestId, eventSteps, guestSteps } from '../support/facts.ts'
import { anyHistory } from '../support/any-history.ts'
import { openWorld, schemaOf, settle, tablesOf, type World } from './world.ts'
import { guests } from '../../src/projections/guests.ts'
import { projections as all } from '../../src/projections/registry.ts'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.close()
})

it('shows a fact soon after it was appended', async () => {
  const projections = world.process()
  await projections.start()
  const ada = guestSteps(0, 1)
  const position = await appendSteps(world.log, [eventSteps().created(), ada.invited({ name: 'Ada' })])
  expect(await projections.waitFor(position, 10_000)).toBe(true)
  const guest = await projections.queries.guests.find(anEventId(), aGuestId(1))
  expect(guest).toMatchObject({ name: 'Ada', status: 'added', openings: 0 })
})

it('gives up waiting for a position that nobody has written', async () => {
  const projections = world.process()
  await projections.start()
  expect(await projections.waitFor(1_000n, 50)).toBe(false)
})

it('tells the live feed of the events that have something new, and of no other', async () => {
  const projections = world.process()
  await projections.start()
  const told: { eventId: string; position: bigint }[] = []
  projections.onActivity((news) => told.push(news))
  const silent = await appendSteps(world.log, [eventSteps(1).created(), guestSteps(1, 0).invited()])
  const position = await appendSteps(world.log, [guestSteps(0, 0).attempted()])
  await projections.waitFor(position, 10_000)
  expect(silent).toBeLessThan(position)
  expect(told.map((news) => news.eventId)).toEqual([anEventId(0)])
  expect(told[0]?.position).toBeGreaterThanOrEqual(position)
})

it('lets another process that only reads know at once', async () => {
  const writer = world.process()
  const reader = world.process({ write: false })
  await writer.start()
  await reader.start()
  await settle(world, writer)
  const told: string[] = []
  reader.onActivity(({ eventId }) => told.push(eventId))
  const position = await appendSteps(world.log, [guestSteps(0, 0).invited(), guestSteps(0, 0).attempted()])
  expect(await reader.waitFor(position, 10_000)).toBe(true)
  expect(await reader.queries.guests.find(anEventId(), aGuestId())).toMatchObject({ openings: 1 })
  expect(told).toEqual([anEventId(0)])
  expect((await reader.status()).map(({ writer }) => writer)).toEqual(all.map(() => false))
})

it('has the same rows whether live or rebuilt, whatever happened', async () => {
  const projections = world.process()
  await projections.start()
  await fc.assert(
    fc.asyncProperty(anyHistory(80), async (history) => {
      await appendSteps(world.log, history)
      await settle(world, projections)
      const live = await tablesOf(world)
      for (const { name } of all) await projections.rebuild(name)
      await settle(world, projections)
      expect(await tablesOf(world)).toEqual(live)
      for (const { name } of all) await projections.dropOld(name)
    }),
    { numRuns: 6 },
  )
})

it('misses nothing beside 32 writers, live and in a rebuild', async () => {
  const projections = world.process()
  await projections.start()
  const writers = Array.from({ length: 32 }, async (_, guest) => {
    for (let attempt = 0; attempt < 25; attempt++) {
      await appendSteps(world.log, [guestSteps(guest % 3, guest).attempted(guest * 100 + attempt)])
      if (attempt % 8 === 0) await sleep(1)
    }
  })
  // In the middle of it: some is there already, and most comes while it is rebuilt.
  await expect.poll(() => world.store.head(), { interval: 1 }).toBeGreaterThan(50n)
  const rebuilt = await projections.rebuild('activity')
  await Promise.all(writers)
  await settle(world, projections)
  const { rows } = await world.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${rebuilt.schema}.items`,
  )
  expect(rows[0]?.n).toBe(32 * 25)
  const { rows: openings } = await world.pool.query<{ n: number }>(
    `SELECT sum(openings)::int AS n FROM ${schemaOf(guests)}.guests`,
  )
  expect(openings[0]?.n).toBe(32 * 25)
})

it('tells every process when other tables of the live feed are read, and not when those of others are', async () => {
  const writer = world.process()
  const reader = world.process({ write: false })
  await writer.start()
  await reader.start()
  await settle(world, writer)
  const told: string[] = []
  writer.onRewritten(() => told.push('writer'))
  reader.onRewritten(() => told.push('reader'))
  await writer.rebuild('guests')
  await settle(world, reader)
  await writer.rebuild('activity')
  await expect.poll(() => told.toSorted()).toEqual(['reader', 'writer'])
})

it('reports what a projection is behind by in facts and seconds', async () => {
  await appendSteps(world.log, [guestSteps(0, 0).invited(), guestSteps(0, 0).attempted()])
  const projections = world.process()
  const before = await projections.status()
  expect(before[0]).toMatchObject({ state: 'building', schema: null, lag: { facts: 2, exact: true } })
  await projections.start()
  await settle(world, projections)
  const after = await projections.status()
  expect(after.map(({ state, lag }) => ({ state, lag }))).toEqual(
    all.map(() => ({ state: 'active', lag: { facts: 0, exact: true, seconds: 0 } })),
  )
})
