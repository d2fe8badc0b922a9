import { randomBytes } from 'node:crypto'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorkshop, type Workshop } from '../../src/cli/workshop.ts'
import { readConfig } from '../../src/config.ts'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { createEventStoreDbStore } from '../../src/eventstore/eventstoredb/store.ts'
import type { EventStore } from '../../src/eventstore/port.ts'
import { createOperations } from '../../src/projections/operations.ts'
import { contentOf } from '../../src/transfer/fact-line.ts'
import { startEsdbServer } from '../support/esdb-server/server.ts'
import { appendTogether, eventSteps, guestSteps } from '../support/facts.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/product-process.ts'
import { guestguard, jsonOf, startGuestguard, type Ran } from './guestguard.ts'

const GUESTS = 300
const FACTS = 1 + 4 * GUESTS

let folder: string
let database: TestDatabase
let workshop: Workshop
let environment: Readonly<Record<string, string>>
const cleanups: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'guestguard-log-'))
  database = await createTestDatabase()
  environment = {
    DATABASE_URL: database.url,
    DATA_DIR: path.join(folder, 'data'),
    MASTER_KEY: randomBytes(32).toString('base64'),
  }
  workshop = await openWorkshop(readConfig(environment), pino({ level: 'silent' }))
  const history = Array.from({ length: GUESTS }, (_, n) => {
    const guest = guestSteps(0, n)
    return [guest.invited(), guest.linkIssued(), guest.attempted(n), guest.scored(n)]
  })
  await appendTogether(workshop.log, [eventSteps().created(), ...history.flat()])
})

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
  await workshop.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const run = (...args: readonly string[]): Promise<Ran> => guestguard(environment, 'log', ...args)
const file = (name: string) => path.join(folder, name)

/** Another log, and the environment of an installation that keeps it in its database. */
async function emptyLog() {
  const other = await createTestDatabase(migrations)
  const store = createEmbeddedStore({ pool: other.pool, log: silentLog })
  cleanups.push(async () => {
    await store.close()
    await other.drop()
  })
  return { store, environment: { ...environment, DATABASE_URL: other.url } }
}

async function contents(store: EventStore): Promise<string[]> {
  const all: string[] = []
  for await (const page of store.readAll()) all.push(...page.map(contentOf))
  return all
}

const missing = (name: string) =>
  access(file(name)).then(
    () => false,
    () => true,
  )

it('counts what the log holds, for people and for machines', async () => {
  const stats = jsonOf<{ facts: number; types: unknown[] }>(await run('stats', '--json'))
  expect(stats).toMatchObject({ facts: FACTS, streams: GUESTS + 1, sealed: 3 * GUESTS })
  expect(stats.types).toContainEqual({
    name: 'LinkIssued',
    facts: GUESTS,
    bytes: expect.any(Number) as unknown,
  })
  const { out } = await run('stats')
  expect(out).toMatch(/^1,201 facts in 301 streams, [\d.]+ KB; \d+ hold personal data, sealed$/m)
})

it('exports every fact sealed as it is stored, with a checksum, and never over a file that is there', async () => {
  const exported = await run('export', file('log.jsonl'), '--json')
  const lines = (await readFile(file('log.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ format: 'guestguard-log', version: 1 })
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ end: true, facts: FACTS })
  expect(jsonOf(exported)).toMatchObject({
    facts: FACTS,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
  })
  const facts = lines.slice(1, -1).map((line) => JSON.parse(line) as { position: string; data: object })
  expect(facts.map(({ position }) => position)).toEqual(facts.map((_, at) => String(at + 1)))
  const everything = lines.join('\n')
  for (const personal of ['Guest 1', 'guest1@example.org', '192.0.2.1'])
    expect(everything).not.toContain(personal)

  expect(await run('export', file('log.jsonl'))).toMatchObject({ code: 2 })
  await run('export', file('log.jsonl.gz'))
  const unpacked = gunzipSync(await readFile(file('log.jsonl.gz'))).toString()
  expect(unpacked.split('\n').slice(1, -2)).toEqual(lines.slice(1, -1))
  expect((await run('export', '-')).out.split('\n').slice(1, -2)).toEqual(lines.slice(1, -1))
})

it('fills an empty log from an export, and does nothing the second time', async () => {
  const { store, environment: other } = await emptyLog()
  const first = await guestguard(other, 'log', 'import', file('log.jsonl.gz'), '--json')
  expect(jsonOf(first)).toMatchObject({ facts: FACTS, found: 0 })
  expect(await contents(store)).toEqual(await contents(workshop.store))
  const again = await guestguard(other, 'log', 'import', file('log.jsonl'))
  expect(again.out).toContain('0 facts imported, 1,201 were there')
})

it('writes nothing of an export that is not whole, was changed, or does not belong to what is there', async () => {
  const { store, environment: other } = await emptyLog()
  const text = await readFile(file('log.jsonl'), 'utf8')
  const lines = text.trimEnd().split('\n')
  const cases: readonly (readonly [what: string, text: string, sentence: string])[] = [
    ['cut', lines.slice(0, -1).join('\n'), 'the file ends before its last line'],
    ['changed', text.replace('"plusOnesAllowed":2', '"plusOnesAllowed":9'), 'the file was changed'],
    ['broken', text.replace('"revision":0', '"revision":"0"'), 'line 2 is not a fact (revision:'],
    ['gap', [...lines.slice(0, 3), ...lines.slice(4)].join('\n'), 'goes on with revision'],
    ['other', '{"format":"something"}\n', 'line 1 is not the header of an export'],
    ['longer', `${text}{}\n`, 'something follows the end'],
  ]
  for (const [name, content, sentence] of cases) {
    await writeFile(file(name), content)
    const { code, errors } = await guestguard(other, 'log', 'import', file(name))
    expect({ name, code, errors }).toEqual({
      name,
      code: 1,
      errors: expect.stringContaining(sentence) as unknown,
    })
  }
  expect(await store.head()).toBe(0n)
  await store.append('scoring-rules', 'any', [
    { id: crypto.randomUUID(), type: 'RulesActivated', data: { ruleSet: 'v2' }, metadata: {} },
  ])
  const refused = await guestguard(other, 'log', 'import', file('log.jsonl'))
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('is not empty') as unknown })
})

it('leaves no half of an export behind', async () => {
  const exporting = startGuestguard({ ...environment, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, [
    'log',
    'export',
    file('never.jsonl'),
  ])
  expect((await exporting.ended).code).toBe(1)
  expect([await missing('never.jsonl'), await missing('never.jsonl.part')]).toEqual([true, true])
})

it('copies to EventStoreDB and back, goes on after kill -9, and verifies both', async () => {
  const server = await startEsdbServer()
  const remote = createEventStoreDbStore(server.url, silentLog)
  cleanups.push(async () => {
    await remote.close()
    server.stop()
  })
  const copying = startGuestguard(environment, ['log', 'copy', '--from', 'embedded', '--to', server.url])
  await until('some of it is there', async () => (await contents(remote)).length > 100)
  process.kill(-(copying.child.pid ?? 0), 'SIGKILL')
  await copying.ended
  expect((await contents(remote)).length).toBeLessThan(FACTS)

  const env = { ...environment, TARGET: server.url }
  const resumed = jsonOf<{ found: number }>(
    await guestguard(env, 'log', 'copy', '--from', 'embedded', '--to', 'env:TARGET', '--json'),
  )
  expect(resumed).toMatchObject({ facts: FACTS })
  expect(resumed.found).toBeGreaterThanOrEqual(100)
  expect(await contents(remote)).toEqual(await contents(workshop.store))

  const { store: back, environment: other } = await emptyLog()
  const returned = await guestguard(
    { ...other, SOURCE: server.url },
    'log',
    'copy',
    '--from',
    'env:SOURCE',
    '--to',
    'embedded',
  )
  expect(returned.out).toMatch(
    /^1,201 facts copied, 0 were there; both logs: 1,201 facts, digest [0-9a-f]{64}$/m,
  )
  expect(await contents(back)).toEqual(await contents(workshop.store))
}, 90_000)

it('takes no password among its arguments, and no log that it does not know', async () => {
  const refused = await run('copy', '--from', 'embedded', '--to', 'esdb://admin:changeit@127.0.0.1:2113')
  expect(refused).toMatchObject({ code: 2, out: '' })
  expect(refused.errors).not.toContain('changeit')
  expect((await run('copy', '--from', 'embedded')).errors).toContain('--from and --to are needed.')
  expect((await run('copy', '--from', 'embedded', '--to', 'file.jsonl')).errors).toContain(
    '--to takes embedded',
  )
  expect((await run('copy', '--from', 'embedded', '--to', 'env:NOWHERE')).errors).toContain(
    'NOWHERE is not set',
  )
})

it('makes a database ready for the copy of its log, once the product has stopped', async () => {
  const { pool, log: facts, store } = workshop
  const ops = createOperations({ pool, facts, store, log: silentLog })
  await ops.rebuild(['guests'])
  await pool.query(`CREATE TABLE IF NOT EXISTS process_checkpoints (process text, position bigint)`)
  await pool.query(`INSERT INTO process_checkpoints (process, position) VALUES ('late-scoring', 7)`)
  const product = await database.pool.connect()
  await product.query(`SET application_name = 'guestguard jobs'`)
  expect(await run('adopt')).toMatchObject({
    code: 1,
    errors: 'The product is running on this database. Stop it first.\n',
  })
  product.release(true)
  await until('its connection is gone', async () => (await run('adopt', '--json')).code === 0)
  expect(await ops.generations()).toEqual([])
  expect((await pool.query('SELECT * FROM process_checkpoints')).rows).toEqual([])
})
