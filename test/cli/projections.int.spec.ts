import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventView } from '../../src/contracts/events.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { guests } from '../../src/projections/guests.ts'
import { projections } from '../../src/projections/registry.ts'
import { silentLog } from '../support/log.ts'
import { addGuest, createEvent, open, readModelsCaughtUp, register, type TestHost } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { guestguard, interrupt, jsonOf, startGuestguard, type Ran } from './guestguard.ts'

const V = `guests_v${String(guests.version)}`
const names = projections.map(({ name }) => name)

let product: TestProduct
let host: TestHost
let event: EventView
let pool: Pool

beforeAll(async () => {
  product = await startTestProduct()
  pool = createPool(product.databaseUrl, { log: silentLog, max: 2 })
  host = await register(product)
  event = await createEvent(host)
  for (const name of ['Ada Lovelace', 'Alan Turing', 'Grace Hopper']) {
    const { token } = await addGuest(host, event.id, { name })
    await open(product.client(), token, { platform: name })
  }
  await readModelsCaughtUp(product)
})

afterAll(async () => {
  await pool.end()
  await product.stop()
})

const environment = () => ({ DATA_DIR: product.dataDir, DATABASE_URL: product.databaseUrl })
const run = (...args: readonly string[]): Promise<Ran> => guestguard(environment(), 'projections', ...args)

async function guestNames(): Promise<string[]> {
  const list = await host.client.get<{ items: { name: string }[] }>(`/api/events/${event.id}/guests`)
  return list.body.items.map(({ name }) => name).toSorted()
}

it('says how far everything is, and which process writes it', async () => {
  const { code, out, errors } = await run('status')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  for (const name of names)
    expect(out).toMatch(
      new RegExp(`^${name} v\\d+ +active +\\d+ +nothing +\\S+:${String(process.pid)}$`, 'm'),
    )
  const machines = jsonOf<{ name: string; lag: { facts: number } }[]>(await run('status', '--json'))
  expect(machines.map(({ name, lag }) => [name, lag.facts])).toEqual(names.map((name) => [name, 0]))
})

it('rebuilds beside the running product, swaps, rolls back and drops, and the pages see no gap', async () => {
  const before = await guestNames()
  const built = await run('rebuild', 'guests')
  expect(built).toMatchObject({ code: 0 })
  expect(built.out).toContain(`read into ${V}_g2. Use it: guestguard projections swap guests`)
  expect(built.errors).toMatch(/guests: 100 %, \d+ of \d+, [\d,]+\/s/)
  expect((await run('status')).out).toContain(`${V}_g2 is built beside, 100 % done.`)
  expect(jsonOf(await run('swap', 'all', '--json'))).toMatchObject([
    { projection: 'guests', schema: `${V}_g2` },
  ])
  expect(await guestNames()).toEqual(before)
  await addGuest(host, event.id, { name: 'Edsger Dijkstra' })
  await readModelsCaughtUp(product)
  expect(jsonOf(await run('rollback', 'guests', '--json'))).toMatchObject({ schema: V })
  expect(await guestNames()).toEqual([...before, 'Edsger Dijkstra'].toSorted())
  expect((await run('list')).out).toMatch(new RegExp(`guests +\\d+ +${V}_g2 +retired +\\d+ +[\\d.]+ KB`))
  expect(jsonOf(await run('drop-old', 'all', '--json'))).toEqual({ dropped: [`${V}_g2`] })
  expect((await run('swap', 'all')).out).toContain('Nothing was rebuilt.')
})

it('rebuilds and swaps everything with one call', async () => {
  const built = jsonOf<{ projection: string; swapped: boolean }[]>(
    await run('rebuild', 'all', '--swap', '--json'),
  )
  expect(built.map(({ projection, swapped }) => [projection, swapped])).toEqual(
    names.map((name) => [name, true]),
  )
  expect((await guestNames()).length).toBe(4)
  expect(await run('drop-old', 'all')).toMatchObject({ code: 0 })
})

it('ends on Ctrl-C with its own exit code, and goes on afterwards', async () => {
  // A lock of the generations holds the first page up until the signal is there.
  const holder = await pool.connect()
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE projections.generations IN ACCESS EXCLUSIVE MODE')
  const rebuilding = startGuestguard(environment(), ['projections', 'rebuild', 'all'])
  await expect
    .poll(
      async () => {
        const { rows } = await pool.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'guestguard ops' AND wait_event_type = 'Lock' AND datname = current_database()`,
        )
        return rows[0]?.n
      },
      { timeout: 20_000 },
    )
    .toBe(1)
  interrupt(rebuilding)
  await holder.query('ROLLBACK')
  holder.release()
  expect(await rebuilding.ended).toMatchObject({
    code: 130,
    errors: expect.stringContaining('the same command goes on from there') as unknown,
  })
  expect(await run('rebuild', 'all', '--swap')).toMatchObject({ code: 0 })
  expect(await run('drop-old', 'all')).toMatchObject({ code: 0 })
})

it('verifies row by row, names what differs without what stands there, and ends with 1', async () => {
  const sound = await run('verify', 'all')
  expect(sound.code).toBe(0)
  for (const name of names)
    expect(sound.out).toMatch(new RegExp(`^${name}: \\d+ rows?, kept and replayed the same at position`, 'm'))

  const { rows } = await pool.query<{ schema: string }>(
    `SELECT schema FROM projections.generations WHERE name = 'guests' AND state = 'active'`,
  )
  const table = `${rows[0]?.schema ?? ''}.guests`
  await pool.query(`UPDATE ${table} SET name = 'Adam Lovelace' WHERE name = 'Ada Lovelace'`)
  const wrong = await run('verify', 'guests')
  expect(wrong.code).toBe(1)
  expect(wrong.out).toMatch(/guests: 4 rows, 1 not as the log says at position/)
  expect(wrong.out).toMatch(/guests \S+ differs in name$/m)
  expect(wrong.out).not.toContain('Lovelace')
  expect((await run('verify', 'guests', '--values')).out).toContain(
    'name is "Adam Lovelace", should be "Ada Lovelace"',
  )
  const machines = await run('verify', 'guests', '--json')
  expect(machines.code).toBe(1)
  expect(jsonOf(machines)).toMatchObject([
    { different: 1, differences: [{ kind: 'changed', columns: ['name'] }] },
  ])
  await pool.query(`UPDATE ${table} SET name = 'Ada Lovelace' WHERE name = 'Adam Lovelace'`)
})

it('shows what waits as dead letters, and tries it again', async () => {
  expect(await run('dead-letters', 'all')).toMatchObject({ code: 0, out: 'No fact waits.\n' })
  const head = await product.store.head()
  await product.store.append(`event.${event.id}-settings`, 'any', [
    { id: crypto.randomUUID(), type: 'EventSerenaded', data: {}, metadata: { v: 1 } },
  ])
  await readModelsCaughtUp(product)
  const waiting = await run('dead-letters', 'events')
  expect(waiting.code).toBe(1)
  expect(waiting.out).toMatch(
    new RegExp(`events +${String(head + 1n)} +EventSerenaded +event\\.\\S+-settings@\\d+ +UndecodableFact`),
  )
  expect(await run('status')).toMatchObject({ code: 1 })
  const again = await run('retry', 'events')
  expect(again).toMatchObject({ code: 1, out: 'events: 0 facts applied, 1 still wait\n' })
})

it('says which call is wrong, and what was probably meant', async () => {
  expect((await run()).out).toContain('projections drop-old')
  const cases: readonly (readonly [args: string[], sentence: string])[] = [
    [['rebuidl', 'all'], 'There is no command "projections rebuidl all". Did you mean projections rebuild?'],
    [['rebuild', 'gusts'], 'There is no projection gusts. Did you mean guests?'],
    [['rebuild', 'all', '--form-start'], 'There is no option --form-start. Did you mean --from-start?'],
    [['rebuild'], 'The name of a projection, or all, is missing.'],
    [['status', 'guests'], '"guests" is one argument too many.'],
    [['dead-letters', 'all', '--limit', 'many'], '--limit takes a number from 1.'],
  ]
  for (const [args, sentence] of cases) {
    const { code, errors, out } = await run(...args)
    expect({ code, out, first: errors.split('\n')[0] }).toEqual({
      code: 2,
      out: '',
      first: expect.stringContaining(sentence) as unknown,
    })
  }
})
