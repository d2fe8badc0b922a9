import { afterEach, beforeEach, expect, it } from 'vitest'
import { readGenerations } from '../../src/projections/generations.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { guests } from '../../src/projections/guests.ts'
import type { RebuildProgress } from '../../src/projections/rebuild.ts'
import { anEventId, appendSteps, appendTogether, guestSteps } from '../support/facts.ts'
import { recordingLog } from '../support/log.ts'
import { openWorld, schemaOf, settle, tablesOf, type World } from './world.ts'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.close()
})

const history = (guests: number) =>
  Array.from({ length: guests }, (_, n) => {
    const guest = guestSteps(0, n)
    return [guest.invited(), guest.linkIssued(), guest.sent(), guest.attempted(n), guest.scored(n)]
  }).flat()

async function countGuests(schema: string): Promise<number> {
  const { rows } = await world.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${schema}.guests`)
  return rows[0]?.n ?? 0
}

it('builds beside the tables in use, tells how far it is, and keeps the old ones for a rollback', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(40))
  await settle(world, projections)
  const told: RebuildProgress[] = []
  const built = await projections.rebuild('guests', {
    pageSize: 50,
    onProgress: (progress) => told.push(progress),
  })
  expect(built).toEqual({ schema: schemaOf(guests, 2), facts: 200 })
  expect(told.at(-1)).toMatchObject({
    projection: 'guests',
    facts: 200,
    position: 200n,
    head: 200n,
    etaSeconds: 0,
  })
  expect(told.map(({ facts }) => facts)).toEqual(told.map(({ facts }) => facts).toSorted((a, b) => a - b))

  await appendSteps(world.log, [guestSteps(0, 99).invited()])
  await settle(world, projections)
  expect([await countGuests(schemaOf(guests)), await countGuests(schemaOf(guests, 2))]).toEqual([40, 41])

  const live = await tablesOf(world, [guests])
  expect(await projections.rollback('guests')).toMatchObject({ schema: schemaOf(guests), facts: 1 })
  expect(await tablesOf(world, [guests])).toEqual(live)
  expect(await projections.dropOld('guests')).toEqual([schemaOf(guests, 2)])
  await expect(projections.rollback('guests')).rejects.toMatchObject({ code: 'no_earlier_tables' })
})

it('goes on where it was stopped', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(40))
  await settle(world, projections)
  const stop = new AbortController()
  const stopped = projections.rebuild('guests', {
    pageSize: 50,
    signal: stop.signal,
    onProgress: ({ facts }) => {
      if (facts >= 100) stop.abort(new Error('enough'))
    },
  })
  await expect(stopped).rejects.toThrow('enough')
  const half = (await readGenerations(world.pool, ['guests'])).find(({ state }) => state === 'building')
  expect(half?.checkpoint).toBeGreaterThanOrEqual(100n)
  expect(half?.checkpoint).toBeLessThan(200n)
  expect((await projections.queries.guests.listLinks(anEventId())).length).toBe(40)

  const rest = 200 - Number(half?.checkpoint)
  expect(await projections.rebuild('guests')).toEqual({ schema: schemaOf(guests, 2), facts: rest })
  expect(await countGuests(schemaOf(guests, 2))).toBe(40)
})

it('never shows a reader less than before, while a rebuild swaps and facts go on coming', async () => {
  const projections = world.process()
  await projections.start()
  const seen: number[] = []
  const positions: bigint[] = []
  const done = new AbortController()
  const reading = (async () => {
    while (!done.signal.aborted) {
      positions.push(projections.position())
      seen.push((await projections.queries.guests.listLinks(anEventId())).length)
    }
  })()
  const writing = (async () => {
    for (let n = 0; n < 200; n++) await appendSteps(world.log, [guestSteps(0, n).invited()])
  })()
  for (let round = 0; round < 3; round++) {
    await projections.rebuild('guests', { pageSize: 20 })
    await projections.dropOld('guests')
  }
  await writing
  await settle(world, projections)
  done.abort()
  await reading
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(positions).toEqual(positions.toSorted((a, b) => Number(a - b)))
  expect(seen.length).toBeGreaterThan(20)
  expect((await projections.queries.guests.listLinks(anEventId())).length).toBe(200)
})

it('stops loudly at a fact that cannot be applied, and leaves the tables in use alone', async () => {
  const projections = world.process()
  await projections.start()
  await appendSteps(world.log, [guestSteps(0, 0).invited()])
  await appendSteps(world.log, [guestSteps(0, 1).invited({}, { plusOnesAllowed: 3_000_000_000 })])
  await appendSteps(world.log, [guestSteps(0, 2).invited()])
  await settle(world, projections)
  await expect(projections.rebuild('guests')).rejects.toMatchObject({
    name: 'RebuildStopped',
    position: 2n,
    message: expect.stringMatching(/position 2 \(GuestInvited, .*integer/) as unknown,
  })
  expect((await projections.status()).find(({ name }) => name === 'guests')).toMatchObject({
    state: 'active',
    schema: schemaOf(guests),
    error: expect.stringContaining('position 2') as unknown,
    old: [schemaOf(guests, 2)],
  })
  expect((await projections.queries.guests.listLinks(anEventId())).length).toBe(2)
})

it('does not try again and again what a fact keeps from being built, but when it is asked to', async () => {
  await appendSteps(world.log, [guestSteps(0, 1).invited({}, { plusOnesAllowed: 3_000_000_000 })])
  const log = recordingLog()
  const projections = world.process({ projections: [guests], logger: log })
  const starting = projections.start()
  const stops = () =>
    log.lines.filter((line) => line.includes(`rebuilding ${schemaOf(guests)} stopped at position 1`))
  await expect.poll(async () => (await projections.status())[0]?.state).toBe('failed')
  await expect(projections.queries.guests.listLinks(anEventId())).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'projection_building',
  })
  await appendSteps(world.log, [guestSteps(0, 2).invited()])
  await projections.stop()
  expect(stops()).toHaveLength(1)
  await expect(projections.rebuild('guests')).rejects.toThrow('stopped at position 1')
  expect(stops()).toHaveLength(2)
  await starting
})

it('builds a higher version at the start, beside an older process that goes on reading its own', async () => {
  const old = world.process({ projections: [guests] })
  await old.start()
  await appendTogether(world.log, history(10))
  await settle(world, old)
  const next: Projection = { ...guests, version: guests.version + 1 }
  const updated = world.process({ projections: [next] })
  await updated.start()
  await expect
    .poll(async () => (await updated.status())[0])
    .toMatchObject({ schema: schemaOf(next), state: 'active', writer: true })
  const position = await appendSteps(world.log, [guestSteps(0, 50).invited()])
  expect(await old.waitFor(position, 10_000)).toBe(true)
  expect(await updated.waitFor(position, 10_000)).toBe(true)
  expect([await countGuests(schemaOf(guests)), await countGuests(schemaOf(next))]).toEqual([11, 11])
})

it('refuses a rebuild while another process does one of the same projection', async () => {
  const projections = world.process()
  await projections.start()
  const other = await world.pool.connect()
  const lock = `hashtextextended('guestguard rebuild guests v${String(guests.version)}', 0)`
  await other.query(`SELECT pg_advisory_lock(${lock})`)
  await expect(projections.rebuild('guests')).rejects.toMatchObject({ code: 'rebuild_running' })
  await projections.rebuild('events')
  await other.query(`SELECT pg_advisory_unlock(${lock})`)
  other.release()
  expect(await projections.rebuild('guests')).toMatchObject({ schema: schemaOf(guests, 2) })
})
