import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPool } from '../../src/postgres/pool.ts'
import { arrivals } from '../../src/projections/arrivals.ts'
import { moveCheckpoints, readGenerations } from '../../src/projections/generations.ts'
import { guests } from '../../src/projections/guests.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { projections as all } from '../../src/projections/registry.ts'
import { rsvps } from '../../src/projections/rsvps.ts'
import { inProjection } from '../../src/projections/transaction.ts'
import { guestStream, rsvpsStream } from '../../src/events/streams.ts'
import { aGuestId, anEventId, appendSteps, eventSteps, guestSteps } from '../support/facts.ts'
import { recordingLog, silentLog } from '../support/log.ts'
import { openWorld, schemaOf, settle, tablesOf, type World } from './world.ts'

const ada = guestSteps(0, 1)
const bob = guestSteps(0, 2)

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.close()
})

/** A record that only a newer release could read, followed by nothing. */
async function appendUnreadable(stream: string, data: Record<string, string> = {}): Promise<void> {
  await world.store.append(stream, 'any', [
    { id: randomUUID(), type: 'GuestSerenaded', data, metadata: { v: 1, $correlationId: 'request-7' } },
  ])
}

it('parks the stream of a fact that it cannot read, and goes on with all others', async () => {
  const log = recordingLog()
  const projections = world.process({ logger: log })
  await projections.start()
  await appendSteps(world.log, [ada.invited({ name: 'Ada' }), bob.invited({ name: 'Bob' })])
  await appendUnreadable(guestStream(anEventId(), aGuestId(1)))
  await appendSteps(world.log, [ada.attempted(1), bob.attempted(2), ada.answered('confirmed', 2)])
  await settle(world, projections)

  const find = (eventId: string, guestId: string) => projections.queries.guests.find(eventId, guestId)
  expect(await find(anEventId(), aGuestId(2))).toMatchObject({ openings: 1 })
  // Her stream waits; her answer is in another stream, and is not held up by it.
  expect(await find(anEventId(), aGuestId(1))).toMatchObject({
    name: 'Ada',
    openings: 0,
    rsvpStatus: 'confirmed',
  })
  const status = (await projections.status()).find(({ name }) => name === 'guests')
  expect(status?.deadLetters).toMatchObject({ facts: 2, units: 1 })
  expect(status?.deadLetters.firstError).toContain('GuestSerenaded')
  const told = log.lines.filter((line) => line.startsWith('a fact was parked'))
  expect(told).not.toEqual([])
  for (const line of told) expect(line).toContain('request-7')
})

it('parks the answers of one guest, not those of the event', async () => {
  const projections = world.process()
  await projections.start()
  await appendUnreadable(rsvpsStream(anEventId()), { guestId: aGuestId(1) })
  await appendSteps(world.log, [
    ada.answered('confirmed', 2),
    bob.answered('maybe'),
    eventSteps().capacity(9),
  ])
  await settle(world, projections)
  expect(await projections.queries.rsvps.find(anEventId(), aGuestId(1))).toBeNull()
  expect(await projections.queries.rsvps.find(anEventId(), aGuestId(2))).toMatchObject({ status: 'maybe' })
})

it('parks a fact whose values the database refuses, and only its stream', async () => {
  const projections = world.process()
  await projections.start()
  const tooMany = 3_000_000_000
  const before = await tablesOf(world)
  expect(before['guests.guests']).toEqual([])
  // In one append, so that all are in one batch and the bad one has to be found in it.
  await Promise.all([
    appendSteps(world.log, [ada.invited({}, { plusOnesAllowed: tooMany }), ada.attempted(1)]),
    ...Array.from({ length: 40 }, (_, n) => appendSteps(world.log, [guestSteps(0, n + 10).invited()])),
  ])
  await settle(world, projections)
  expect(await projections.queries.guests.find(anEventId(), aGuestId(1))).toBeNull()
  expect(await projections.queries.guests.listLinks(anEventId())).toHaveLength(40)
  const status = (await projections.status()).filter(({ deadLetters }) => deadLetters.facts > 0)
  expect(status).toEqual([
    expect.objectContaining({
      name: 'guests',
      deadLetters: expect.objectContaining({ facts: 2, units: 1 }) as unknown,
    }),
  ])
})

it('applies and rebuilds an arrival at a time that no calendar of the database has', async () => {
  const projections = world.process()
  await projections.start()
  await appendSteps(world.log, [ada.checkedIn(1, 1, 'North', { scannedAt: '0000-01-01T00:00:00Z' })])
  await settle(world, projections)
  const parked = (await projections.status()).map(({ deadLetters }) => deadLetters.facts)
  expect(parked).toEqual(all.map(() => 0))
  const live = await tablesOf(world, [arrivals])
  expect(live['arrivals.check_ins']).toHaveLength(1)
  await projections.rebuild('arrivals')
  expect(await tablesOf(world, [arrivals])).toEqual(live)
})

/** The projection of answers, broken for a note until somebody mends it. */
function breakableRsvps(): { projection: Projection; mend: () => void } {
  let broken = true
  const tables = rsvps.tables.map((table) => ({
    ...table,
    folds: new Map(
      [...table.folds].map(([type, fold]) => [
        type,
        {
          ...fold,
          evolve: (...[row, fact]: Parameters<typeof fold.evolve>) => {
            if (
              broken &&
              JSON.stringify(fact, (_, value: unknown) => (typeof value === 'bigint' ? '' : value)).includes(
                'poison',
              )
            ) {
              throw new Error('cannot digest this')
            }
            return fold.evolve(row, fact)
          },
        },
      ]),
    ),
  }))
  return {
    projection: { ...rsvps, tables },
    mend: () => {
      broken = false
    },
  }
}

it('drains what was parked in order once it can be applied, and then has what a rebuild has', async () => {
  const { projection, mend } = breakableRsvps()
  const projections = world.process({ projections: [projection] })
  await projections.start()
  await appendSteps(world.log, [
    ada.answered('maybe'),
    ada.answered('waitlisted', 3, { note: 'poison' }),
    bob.answered('waitlisted', 1),
    ada.answered('waitlisted', 2, { note: 'fine' }),
  ])
  await settle(world, projections)
  const find = () => projections.queries.rsvps.find(anEventId(), aGuestId(1))
  expect(await find()).toMatchObject({ status: 'maybe' })

  expect(await projections.retry('rsvps')).toEqual({ applied: 0, remaining: 2 })
  expect(await find()).toMatchObject({ status: 'maybe' })

  mend()
  expect(await projections.retry('rsvps')).toEqual({ applied: 2, remaining: 0 })
  expect(await find()).toMatchObject({ status: 'waitlisted', partySize: 2, note: 'fine', waitlistPlace: 1 })
  await appendSteps(world.log, [ada.answered('declined')])
  await settle(world, projections)
  expect(await find()).toMatchObject({ status: 'declined' })
  const live = await tablesOf(world, [projection])
  await projections.rebuild('rsvps')
  expect(await tablesOf(world, [projection])).toEqual(live)
})

it('tries what is parked again when a process begins to write, as after an update', async () => {
  const { projection, mend } = breakableRsvps()
  const old = world.process({ projections: [projection] })
  await old.start()
  await appendSteps(world.log, [ada.answered('confirmed', 1, { note: 'poison' })])
  await settle(world, old)
  await old.stop()
  mend()
  const updated = world.process({ projections: [projection] })
  await updated.start()
  await expect
    .poll(() => updated.queries.rsvps.find(anEventId(), aGuestId(1)))
    .toMatchObject({ note: 'poison' })
})

it('writes nothing personal of a guest who was forgotten while the key was still there', async () => {
  const projections = world.process()
  await projections.start()
  await appendSteps(world.log, [ada.invited(), ada.attempted(1), ada.scored(1), ada.forgotten()])
  await appendSteps(world.log, [
    ada.changed({ name: 'Ada again' }),
    ada.attempted(2),
    ada.scored(2),
    ada.answered('confirmed', 2, { plusOneNames: ['Eve'], note: 'no nuts' }),
  ])
  await settle(world, projections)
  const everything = JSON.stringify(await tablesOf(world))
  const personal = ['Ada again', 'Guest 1', 'example.org', 'Lyon', 'Paris', 'Safari', 'Eve', 'no nuts']
  expect(personal.filter((word) => everything.includes(word))).toEqual([])
  expect((await projections.queries.activity.page(anEventId(), { limit: 10 })).items).toHaveLength(3)
})

it('goes on in another process when the one that writes is gone', async () => {
  const first = world.process()
  await first.start()
  const second = world.process()
  await second.start()
  expect((await first.status()).every(({ writer }) => writer)).toBe(true)
  expect((await second.status()).some(({ writer }) => writer)).toBe(false)
  await first.stop()
  const position = await appendSteps(world.log, [ada.invited()])
  expect(await second.waitFor(position, 20_000)).toBe(true)
  expect((await second.status()).every(({ writer }) => writer)).toBe(true)
})

it('recovers by itself each time the database closes its connections, and applies every fact once', async () => {
  const log = recordingLog()
  const projections = world.process({ logger: log })
  await projections.start()
  const admin = createPool(world.url, { log: silentLog, max: 1 })
  const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
  for (let round = 0; round < 3; round++) {
    const writing = Array.from({ length: 20 }, (_, n) =>
      appendSteps(world.log, [guestSteps(0, n).attempted(round * 100 + n)]),
    )
    // Of the writer and of those who append: after a round they come back when they are needed.
    await expect
      .poll(async () => (await admin.query(`SELECT 1 ${others}`)).rowCount, { interval: 1 })
      .toBeGreaterThanOrEqual(2)
    const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid) ${others}`)
    expect(rowCount).toBeGreaterThanOrEqual(2)
    await Promise.all(writing)
    await settle(world, projections)
  }
  await admin.end()
  const lost = log.lines.filter((line) => line.includes('holds the projection locks was lost'))
  expect(lost.length).toBeGreaterThanOrEqual(3)
  const { rows } = await world.pool.query<{ openings: number }>(
    `SELECT sum(openings)::int AS openings FROM ${schemaOf(guests)}.guests`,
  )
  expect(rows).toEqual([{ openings: 60 }])
})

it('does not let a writer that lost its place move the checkpoint', async () => {
  const projections = world.process()
  await projections.start()
  await appendSteps(world.log, [ada.invited()])
  await settle(world, projections)
  const [generation] = await readGenerations(world.pool, ['guests'])
  if (generation === undefined) throw new Error('there is no generation')
  const { schema, epoch, checkpoint } = generation
  const move = (change: { epoch?: number; from?: bigint }) =>
    inProjection(world.pool, (client) =>
      moveCheckpoints(client, [{ schema, state: 'active', epoch, from: checkpoint, to: 99n, ...change }]),
    )
  await expect(move({ from: checkpoint - 1n })).rejects.toThrow(
    `another writer has taken over ${schemaOf(guests)}`,
  )
  await expect(move({ epoch: epoch - 1 })).rejects.toThrow(
    `another writer has taken over ${schemaOf(guests)}`,
  )
  await expect(move({})).resolves.toBeUndefined()
})
