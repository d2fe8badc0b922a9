import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import type { Log as FactLog } from '../../src/eventstore/log.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { events } from '../../src/projections/events.ts'
import { guests } from '../../src/projections/guests.ts'
import { createOperations, type ProjectionOperations } from '../../src/projections/operations.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { projections as all } from '../../src/projections/registry.ts'
import { anEventId, appendSteps, appendTogether, eventSteps, guestSteps } from '../support/facts.ts'
import { silentLog } from '../support/log.ts'
import { openWorld, schemaOf, settle, tablesOf, type World } from './world.ts'

let world: World
let ops: ProjectionOperations

beforeEach(async () => {
  world = await openWorld()
  ops = operations()
})

afterEach(async () => {
  await world.close()
})

/** As another process beside the one that writes would do it. */
function operations(projections: readonly Projection[] = all): ProjectionOperations {
  const { pool, log: facts, store } = world
  return createOperations({ pool, facts, store, log: silentLog, projections })
}

const names = all.map(({ name }) => name)
const history = (count: number) => [
  eventSteps().created(),
  ...Array.from({ length: count }, (_, n) => {
    const guest = guestSteps(0, n)
    return [guest.invited(), guest.linkIssued(), guest.attempted(n), guest.scored(n), guest.answered('maybe')]
  }).flat(),
]

async function schemas(prefix: string): Promise<string[]> {
  const { rows } = await world.pool.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1) ORDER BY 1`,
    [prefix],
  )
  return rows.map(({ name }) => name)
}

it('builds all beside those in use with one reading of the log, and reads them only after a swap', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(30))
  await settle(world, projections)
  const live = await tablesOf(world)
  let pages = 0
  const counted: FactLog = {
    ...world.log,
    decode(records) {
      pages += 1
      return world.log.decode(records)
    },
  }
  const beside = createOperations({ ...world, facts: counted, log: silentLog })
  const built = await beside.rebuild(names, { pageSize: 50 })
  expect(built.map(({ projection, facts, error }) => [projection, facts, error])).toEqual(
    names.map((name) => [name, 151, null]),
  )
  expect(pages).toBe(4)
  const [status] = (await ops.status()).filter(({ name }) => name === 'guests')
  expect(status).toMatchObject({
    schema: schemaOf(guests),
    beside: { schema: schemaOf(guests, 2), checkpoint: 151n, builtBy: null },
  })

  await appendSteps(world.log, [guestSteps(0, 99).invited()])
  await settle(world, projections)
  expect(await ops.swap('guests')).toEqual({ schema: schemaOf(guests, 2), facts: 1 })
  await expect(ops.swap('guests')).rejects.toMatchObject({ code: 'nothing_to_swap' })
  await expect.poll(async () => (await projections.queries.guests.listLinks(anEventId())).length).toBe(31)
  for (const name of names.filter((one) => one !== 'guests')) await ops.swap(name)
  const swapped = await tablesOf(world)
  expect(swapped['activity.items']).toEqual(live['activity.items'])
  expect(swapped['rsvps.rsvps']).toEqual(live['rsvps.rsvps'])
})

it('drops what was in use before, and an unfinished build only when told to', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(5))
  await settle(world, projections)
  await ops.rebuild(['guests'])
  expect(await ops.dropOld('guests')).toEqual([])
  await ops.swap('guests')
  await ops.rebuild(['guests'])
  expect(await ops.dropOld('guests')).toEqual([schemaOf(guests)])
  expect(await ops.dropOld('guests', { unfinished: true })).toEqual([schemaOf(guests, 3)])
  expect(await schemas('guests_v')).toEqual([schemaOf(guests, 2)])
})

it('drops the tables of an earlier version once no process writes them', async () => {
  const old = world.process({ projections: [guests] })
  await old.start()
  const next = { ...guests, version: guests.version + 1 }
  const updated = world.process({ projections: [next] })
  await updated.start()
  await expect.poll(async () => (await updated.status())[0]?.state).toBe('active')
  const ofNext = operations([next])
  expect(await ofNext.dropOld('guests')).toEqual([])
  await old.stop()
  await expect.poll(() => ofNext.dropOld('guests')).toEqual([schemaOf(guests)])
})

it('begins anew when told to, instead of going on with what an earlier build left', async () => {
  await appendTogether(world.log, history(10))
  await ops.rebuild(['guests'])
  expect(await ops.rebuild(['guests'])).toMatchObject([{ facts: 0 }])
  expect(await ops.rebuild(['guests'], { fromStart: true })).toMatchObject([{ facts: 51 }])
})

it('goes on with the others when a fact stops one projection', async () => {
  await appendSteps(world.log, [eventSteps().created()])
  await appendSteps(world.log, [guestSteps(0, 1).invited({}, { plusOnesAllowed: 3_000_000_000 })])
  await appendSteps(world.log, [eventSteps().published()])
  const built = await ops.rebuild(['guests', 'events'])
  expect(built).toMatchObject([
    { projection: 'guests', error: expect.stringContaining('position 2') as unknown },
    { projection: 'events', error: null, facts: 3 },
  ])
  await expect(ops.swap('guests')).rejects.toThrow('stopped at position 2')
})

/** The server cancels one of the statements that write rows of guests, as it does with one that takes too long. */
function cancelWrite(pool: Pool, nth: number): void {
  let writes = 0
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    const orCancelled = (...args: unknown[]) => {
      const { name } = args[0] as { name?: string }
      if (name?.startsWith('write guests') === true) writes += 1
      else return query(...args)
      return writes === nth
        ? query('SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)')
        : query(...args)
    }
    Object.assign(client, { query: orCancelled })
  })
}

it('hands on no connection inside a transaction when the search for the fact that stops it is cut short', async () => {
  await appendSteps(world.log, [guestSteps(0, 1).invited({}, { plusOnesAllowed: 3_000_000_000 })])
  const pool = createPool(world.url, { log: silentLog })
  onTestFinished(() => pool.end())
  // The first write fails for the fact, the second one, of the search, for no fact.
  cancelWrite(pool, 2)
  const beside = createOperations({ ...world, facts: world.log, pool, log: silentLog })
  await expect(beside.rebuild(['guests'])).rejects.toMatchObject({ code: '57014' })
  await pool.query('SELECT 1')
  expect(await beside.rebuild(['guests'])).toMatchObject([
    { error: expect.stringContaining('stopped at position 1') as unknown },
  ])
})

it('finds kept and replayed the same, beside a writer, and leaves nothing behind', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(20))
  await settle(world, projections)
  const over = new AbortController()
  const writing = (async () => {
    for (let n = 100; !over.signal.aborted; n++) await appendSteps(world.log, [guestSteps(0, n).invited()])
  })()
  for (const name of names) {
    const verified = await ops.verify(name, { pageSize: 30 })
    expect(verified).toMatchObject({ projection: name, different: 0, parked: { kept: 0, replayed: 0 } })
    expect(verified.position).toBeGreaterThanOrEqual(101n)
  }
  over.abort()
  await writing
  expect(await schemas('verify_')).toEqual([])
})

it('names each row that is not what the log says, and in which columns', async () => {
  const projections = world.process()
  await projections.start()
  await appendTogether(world.log, history(3))
  await settle(world, projections)
  const table = `${schemaOf(guests)}.guests`
  const { rows: keys } = await world.pool.query<{ key: string }>(`SELECT key FROM ${table} ORDER BY key`)
  const [first = '', second = ''] = keys.map(({ key }) => key)
  await world.pool.query(`UPDATE ${table} SET openings = 7 WHERE key = $1`, [first])
  await world.pool.query(`UPDATE ${table} SET key = key || 'x' WHERE key = $1`, [second])
  const { different, differences, rows } = await ops.verify('guests')
  expect({ different, rows }).toEqual({ different: 3, rows: 3 })
  expect(differences).toEqual([
    { table: 'guests', key: first, kind: 'changed', columns: [{ column: 'openings', kept: 7, replayed: 1 }] },
    { table: 'guests', key: second, kind: 'missing', columns: [] },
    { table: 'guests', key: `${second}x`, kind: 'surplus', columns: [] },
  ])
})

it('parks in the replay what the live writer parked, and so still compares the rest', async () => {
  const projections = world.process()
  await projections.start()
  await appendSteps(world.log, [
    guestSteps(0, 1).invited({}, { plusOnesAllowed: 3_000_000_000 }),
    guestSteps(0, 1).attempted(1),
    guestSteps(0, 2).invited(),
  ])
  await settle(world, projections)
  expect(await ops.verify('guests')).toMatchObject({
    different: 0,
    rows: 1,
    parked: { kept: 2, replayed: 2 },
  })
  expect(await ops.deadLetters('guests', 10)).toMatchObject([
    { position: 1n, type: 'GuestInvited', error: expect.stringContaining('integer') as unknown },
    { position: 2n, type: 'AccessAttempted', error: null },
  ])
})

it('drops the scratch tables of a verification that was killed', async () => {
  const projections = world.process({ projections: [events] })
  await projections.start()
  await world.pool.query('CREATE SCHEMA verify_events_0badcafe')
  const used = await world.pool.connect()
  await used.query(`SELECT pg_advisory_lock(hashtextextended('verify_guests_0badcafe', 0))`)
  await world.pool.query('CREATE SCHEMA verify_guests_0badcafe')
  await ops.verify('events')
  expect(await schemas('verify_')).toEqual(['verify_guests_0badcafe'])
  used.release(true)
})

it('knows who writes a projection and who builds one', async () => {
  const projections = world.process({ projections: [events] })
  await projections.start()
  const builder = await world.pool.connect()
  const lock = `guestguard rebuild events v${String(events.version)}`
  await builder.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock])
  await world.pool.query(
    `INSERT INTO projections.generations (schema, name, version, generation, state)
     VALUES ('events_beside', 'events', $1, 9, 'building')`,
    [events.version],
  )
  const [status] = (await ops.status()).filter(({ name }) => name === 'events')
  expect(status?.writtenBy?.process).toMatch(new RegExp(`:${String(process.pid)}$`))
  expect(status?.beside?.builtBy).not.toBeNull()
  builder.release(true)
})
