import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UndecodableFact } from '../../src/eventstore/codec.ts'
import type { Log as FactLog } from '../../src/eventstore/log.ts'
import { activity } from '../../src/projections/activity.ts'
import type { Projections } from '../../src/projections/create.ts'
import { door } from '../../src/projections/door.ts'
import { guests } from '../../src/projections/guests.ts'
import { createOperations, type ProjectionOperations } from '../../src/projections/operations.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { projections as all } from '../../src/projections/registry.ts'
import { aGuestId, anEventId, appendSteps, guestSteps } from '../support/facts.ts'
import { silentLog } from '../support/log.ts'
import { rowsWith } from '../support/rows.ts'
import { openWorld, schemaOf, settle, tablesOf, type World } from './world.ts'

/** Stands nowhere but where the guest's name is. */
const NAME = 'Xanthippe'
const xanthippe = guestSteps(0, 7)
const history = [
  xanthippe.invited({ name: NAME, email: `${NAME}@quill.example` }),
  guestSteps(0, 1).invited(),
  xanthippe.attempted(1),
  xanthippe.answered('confirmed', 2, { plusOneNames: [`${NAME} the younger`] }),
]

let world: World

beforeEach(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.close()
})

/** As another process does it, with a log of its own. */
function operations(
  facts: FactLog = world.log,
  projections: readonly Projection[] = all,
): ProjectionOperations {
  const { pool, store } = world
  return createOperations({ pool, facts, store, log: silentLog, projections })
}

/** @returns the schemas of which a table holds the name; without that of the log, which only pretends to seal it here */
async function schemasWithTheName(): Promise<string[]> {
  const rows = await rowsWith(world.pool, NAME)
  const schemas = new Set(rows.map((row) => row.split('.', 1)[0] ?? ''))
  return [...schemas].filter((schema) => schema !== 'eventstore').toSorted()
}

async function follow(options: Parameters<World['process']>[0] = {}) {
  const projections = world.process(options)
  await projections.start()
  await settle(world, projections)
  return projections
}

it('takes a forgotten guest out of tables that a rebuild has replaced and of those it has left unfinished', async () => {
  const projections = await follow()
  await appendSteps(world.log, history)
  await settle(world, projections)
  for (const { name } of all) await projections.rebuild(name)
  await operations().rebuild(all.map(({ name }) => name))
  const before = await schemasWithTheName()
  expect(before).toEqual(expect.arrayContaining([1, 2, 3].map((one) => schemaOf(guests, one))))

  await appendSteps(world.log, [xanthippe.forgotten()])
  await settle(world, projections)
  expect(await schemasWithTheName()).toEqual([])
  await expect(projections.rollback('guests')).rejects.toMatchObject({ code: 'no_earlier_tables' })
  expect(await operations().swap('guests')).toEqual({ schema: schemaOf(guests, 3), facts: 5 })
  expect(await schemasWithTheName()).toEqual([])
})

it('still rolls back to tables that were replaced after the guest was forgotten', async () => {
  const projections = await follow()
  await appendSteps(world.log, [...history, xanthippe.forgotten()])
  await settle(world, projections)
  await projections.rebuild('guests')
  await appendSteps(world.log, [guestSteps(0, 2).invited()])
  await settle(world, projections)
  expect(await projections.rollback('guests')).toMatchObject({ schema: schemaOf(guests) })
  expect(await schemasWithTheName()).toEqual([])
})

it('takes a forgotten guest out of the tables of an earlier release once that runs no more', async () => {
  const old = await follow()
  await appendSteps(world.log, history)
  await settle(world, old)
  const raised = all.map((projection) => ({ ...projection, version: projection.version + 1 }))
  const updated = await follow({ projections: raised })
  await old.stop()
  await expect.poll(async () => (await old.status()).every(({ writtenBy }) => writtenBy === null)).toBe(true)
  await appendSteps(world.log, [xanthippe.forgotten()])
  await settle(world, updated)
  // Until the new tables are built the earlier ones are read, and stay.
  await expect.poll(schemasWithTheName).toEqual([])
})

it('leaves the tables of another release alone while that writes them, which takes the guest out itself', async () => {
  const old = await follow()
  await appendSteps(world.log, history)
  await settle(world, old)
  const raised = all.map((projection) => ({ ...projection, version: projection.version + 1 }))
  const updated = await follow({ projections: raised })
  await appendSteps(world.log, [xanthippe.forgotten()])
  await settle(world, updated)
  await settle(world, old)
  expect(await schemasWithTheName()).toEqual([])
  expect((await old.status()).map(({ state }) => state)).toEqual(all.map(() => 'active'))
})

/** The log, in which something happens after the first page of a reading was given out. */
const withPause = (meanwhile: () => Promise<void>): FactLog => ({
  ...world.log,
  async *all(options) {
    let first = true
    for await (const page of world.log.all(options)) {
      yield page
      if (first) await meanwhile()
      first = false
    }
  },
})

it('lets a build go on that is under way when the guest is forgotten', async () => {
  const projections = await follow()
  await appendSteps(world.log, history)
  await settle(world, projections)
  const facts = withPause(async () => {
    await appendSteps(world.log, [xanthippe.forgotten()])
    await settle(world, projections)
  })
  const builder = world.process({ log: facts, write: false })
  expect(await builder.rebuild('guests', { pageSize: 2 })).toMatchObject({ schema: schemaOf(guests, 2) })
  expect(await schemasWithTheName()).toEqual([])
})

it('empties a build that was cut off when the guest had been forgotten meanwhile', async () => {
  const projections = await follow()
  await appendSteps(world.log, history)
  await settle(world, projections)
  const facts = withPause(async () => {
    await appendSteps(world.log, [xanthippe.forgotten()])
    await settle(world, projections)
    throw new Error('killed')
  })
  await expect(operations(facts).rebuild(['guests'], { pageSize: 2 })).rejects.toThrow('killed')
  expect(await schemasWithTheName()).toEqual([schemaOf(guests, 2)])

  await projections.stop()
  const next = await follow()
  await expect.poll(schemasWithTheName).toEqual([])
  expect(await next.rebuild('guests')).toEqual({ schema: schemaOf(guests, 2), facts: 5 })
})

it('drops what a verification that was killed has left, with the guest in it', async () => {
  const projections = await follow()
  await appendSteps(world.log, history)
  await settle(world, projections)
  await world.pool.query('CREATE SCHEMA verify_guests_0badcafe')
  await world.pool.query(
    `CREATE TABLE verify_guests_0badcafe.guests AS SELECT * FROM ${schemaOf(guests)}.guests`,
  )
  await appendSteps(world.log, [xanthippe.forgotten()])
  await settle(world, projections)
  expect(await schemasWithTheName()).toEqual([])
})

it('does not know where those were forgotten whom an earlier release has put down, and takes no chance', async () => {
  const projections = await follow()
  await appendSteps(world.log, history)
  await settle(world, projections)
  await projections.rebuild('guests')
  await appendSteps(world.log, [guestSteps(0, 2).invited()])
  await settle(world, projections)
  await projections.stop()
  await world.pool.query(`INSERT INTO projections.forgotten (guest) VALUES ('somebody')`)
  expect(await schemasWithTheName()).toContain(schemaOf(guests))
  await follow()
  await expect.poll(schemasWithTheName).not.toContain(schemaOf(guests))
  expect(await schemasWithTheName()).toContain(schemaOf(guests, 2))
})

describe('a guest who is forgotten while earlier facts of theirs wait', () => {
  /** A log that cannot read a verdict until somebody mends it: with it the stream of its guest waits. */
  function unreadableVerdicts(): { facts: FactLog; mend: () => void } {
    let broken = true
    const facts: FactLog = {
      ...world.log,
      async decode(records) {
        const decoded = await world.log.decode(records)
        return decoded.map((one, at) => {
          const record = records[at]
          if (!broken || record?.type !== 'VerdictGiven') return one
          return { ok: false, record, error: new UndecodableFact(record, 'written in ancient Greek') }
        })
      },
    }
    return {
      facts,
      mend: () => {
        broken = false
      },
    }
  }

  async function forgottenBehindAVerdict() {
    const { facts, mend } = unreadableVerdicts()
    const projections = await follow({ log: facts })
    await appendSteps(world.log, [...history, xanthippe.scored(1)])
    await settle(world, projections)
    await appendSteps(world.log, [
      xanthippe.verdict(1),
      xanthippe.changed({ name: `${NAME} again` }),
      xanthippe.attempted(2),
      xanthippe.scored(2),
      xanthippe.checkedIn(1),
    ])
    await settle(world, projections)
    expect(await schemasWithTheName()).toEqual(
      expect.arrayContaining([schemaOf(guests), schemaOf(activity), schemaOf(door)]),
    )
    await appendSteps(world.log, [xanthippe.forgotten()])
    await settle(world, projections)
    return { projections, facts, mend }
  }

  const waiting = async ({ status }: Pick<Projections, 'status'>) =>
    (await status()).filter(({ deadLetters }) => deadLetters.facts > 0).map(({ name }) => name)

  it('is taken out of all tables at once', async () => {
    const { projections } = await forgottenBehindAVerdict()
    expect(await waiting(projections)).toEqual(
      expect.arrayContaining([guests, activity, door].map(({ name }) => name)),
    )
    expect(await schemasWithTheName()).toEqual([])
    const tables = JSON.stringify(await tablesOf(world))
    expect(['Xanthippe', 'quill', 'Lyon', 'Paris', 'Safari'].filter((word) => tables.includes(word))).toEqual(
      [],
    )
    expect((await projections.queries.guests.listLinks(anEventId())).map(({ guestId }) => guestId)).toEqual([
      aGuestId(1),
    ])
  })

  it('leaves tables like those of a replay, and of a rebuild once the facts can be read', async () => {
    const { projections, facts, mend } = await forgottenBehindAVerdict()
    const differences = async () => {
      const found = await Promise.all(all.map(({ name }) => operations(facts).verify(name)))
      return found.flatMap((one) => one.differences)
    }
    expect(await differences()).toEqual([])
    mend()
    for (const { name } of all) expect(await projections.retry(name)).toMatchObject({ remaining: 0 })
    expect(await waiting(projections)).toEqual([])
    expect(await differences()).toEqual([])
    const tables = await tablesOf(world)
    for (const { name } of all) await projections.rebuild(name)
    expect(await tablesOf(world)).toEqual(tables)
    expect(await schemasWithTheName()).toEqual([])
  })

  it('holds up nobody else where the tables cannot be cleared, which is told with the fact', async () => {
    const cannotForget: Projection = {
      ...guests,
      tables: guests.tables.map((table) => {
        const fold = table.folds.get('GuestForgotten')
        if (fold === undefined) throw new Error('it forgets nobody')
        const evolve = () => {
          throw new Error('cannot forget this')
        }
        return { ...table, folds: new Map([...table.folds, ['GuestForgotten', { ...fold, evolve }]]) }
      }),
    }
    const projections = await follow({ log: unreadableVerdicts().facts, projections: [cannotForget] })
    await appendSteps(world.log, [...history, xanthippe.verdict(1), xanthippe.forgotten()])
    await appendSteps(world.log, [guestSteps(0, 2).invited()])
    await settle(world, projections)
    expect(await projections.queries.guests.listLinks(anEventId())).toHaveLength(3)
    const letters = await operations().deadLetters('guests', 10)
    expect(letters.map(({ type, error }) => [type, error])).toEqual([
      ['VerdictGiven', expect.stringContaining('ancient Greek')],
      ['GuestForgotten', expect.stringContaining('cannot forget this')],
    ])
  })

  it('is taken out by a retry of tables that an earlier release has left the guest in', async () => {
    const { projections } = await forgottenBehindAVerdict()
    await world.pool.query(`UPDATE ${schemaOf(guests)}.guests SET name = $1`, [NAME])
    expect(await projections.retry('guests')).toMatchObject({ applied: 0 })
    const { rows } = await world.pool.query(
      `SELECT name FROM ${schemaOf(guests)}.guests WHERE guest_id = $1`,
      [aGuestId(7)],
    )
    expect(rows).toEqual([{ name: null }])
  })
})
