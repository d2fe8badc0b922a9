import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openWorkshop, type Workshop } from '../../src/cli/workshop.ts'
import { readConfig } from '../../src/config.ts'
import { createOperations, type ProjectionOperations } from '../../src/projections/operations.ts'
import { projections } from '../../src/projections/registry.ts'
import { appendSteps, guestSteps } from '../support/facts.ts'
import { silentLog } from '../support/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { createDataDir, spawnProduct, until, type ProductProcess } from '../support/product-process.ts'

/** The time in which another process has to go on, in milliseconds. */
const TAKEOVER = 5_000

let database: TestDatabase
let folder: Awaited<ReturnType<typeof createDataDir>>
let workshop: Workshop
let ops: ProjectionOperations
let environment: Readonly<Record<string, string>>
const workers: ProductProcess[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  folder = await createDataDir()
  environment = {
    DATABASE_URL: database.url,
    DATA_DIR: folder.dir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    ROLE: 'worker',
  }
  workshop = await openWorkshop(readConfig(environment), pino({ level: 'silent' }))
  const { pool, log: facts, store } = workshop
  ops = createOperations({ pool, facts, store, log: silentLog })
  for (const _ of ['first', 'second']) {
    workers.push(spawnProduct(environment))
    await until('it listens', async () => (await listeners()) === workers.length)
  }
  await until('everything is built', async () =>
    (await ops.status()).every(({ state }) => state === 'active'),
  )
})

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.end('SIGKILL')
  await workshop.close()
  await database.drop()
  await folder.remove()
})

async function listeners(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'guestguard listen guestguard_projections'`,
  )
  return rows[0]?.n ?? 0
}

/** Writes down, in the database, every row that a writer writes and every move of a checkpoint. */
async function watchWrites(): Promise<void> {
  await database.pool.query(`
    CREATE SCHEMA watch;
    CREATE TABLE watch.rows (schema text, "table" text, key text, position bigint, rsvps_position bigint);
    CREATE TABLE watch.moves (id bigint GENERATED ALWAYS AS IDENTITY, schema text, last bigint, next bigint);
    CREATE FUNCTION watch.row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO watch.rows VALUES (TG_TABLE_SCHEMA, TG_TABLE_NAME, NEW.key, NEW.position, NEW.rsvps_position);
        RETURN NULL;
      END $$;
    CREATE FUNCTION watch.move() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO watch.moves (schema, last, next) VALUES (NEW.schema, OLD.checkpoint, NEW.checkpoint);
        RETURN NULL;
      END $$;
    CREATE TRIGGER watch AFTER UPDATE OF checkpoint ON projections.generations
      FOR EACH ROW EXECUTE FUNCTION watch.move();`)
  for (const { name, version, tables } of projections) {
    for (const table of tables) {
      await database.pool.query(
        `CREATE TRIGGER watch AFTER INSERT OR UPDATE ON ${name}_v${String(version)}.${table.name}
         FOR EACH ROW EXECUTE FUNCTION watch.row()`,
      )
    }
  }
}

/** @returns the process ids that write, each once */
async function writers(): Promise<number[]> {
  const processes = (await ops.status()).flatMap(({ writtenBy }) => writtenBy?.process ?? [])
  return [...new Set(processes)].map((name) => Number(name.split(':').at(-1)))
}

it('goes on in the other process within five seconds when the writer is killed, and applies nothing twice', async () => {
  await watchWrites()
  const over = new AbortController()
  let appended = 0
  const appending = (async () => {
    for (let n = 0; !over.signal.aborted; n++, appended += 3) {
      const guest = guestSteps(n % 3, n % 40)
      await appendSteps(workshop.log, [guest.attempted(n), guest.scored(n), guest.answered('maybe')])
    }
  })()
  for (const _ of ['one', 'the other']) {
    await until('something was appended', () => appended > 150)
    const [writer, ...others] = await writers()
    expect(others).toEqual([])
    const worker = workers.find(({ pid }) => pid === writer)
    const head = await workshop.store.head()
    const killed = worker?.end('SIGKILL')
    await expect
      .poll(
        async () => {
          const status = await ops.status()
          return status.every(
            ({ checkpoint, writtenBy }) =>
              checkpoint > head && !writtenBy?.process.endsWith(`:${String(writer)}`),
          )
        },
        { timeout: TAKEOVER, interval: 50 },
      )
      .toBe(true)
    await killed
    // Its place is taken by a new one, so that the next one has somebody to hand over to.
    workers.push(spawnProduct(environment))
    await until('the new one listens', async () => (await listeners()) === 2)
    appended = 0
  }
  over.abort()
  await appending
  const head = await workshop.store.head()
  await until('all is applied', async () =>
    (await ops.status()).every(({ checkpoint }) => checkpoint >= head),
  )

  const { rows: counts } = await database.pool.query<{ writes: number; moves: number }>(
    'SELECT (SELECT count(*)::int FROM watch.rows) AS writes, (SELECT count(*)::int FROM watch.moves) AS moves',
  )
  expect(counts[0]?.writes).toBeGreaterThan(300)
  expect(counts[0]?.moves).toBeGreaterThan(10)
  const { rows: twice } = await database.pool.query(
    'SELECT * FROM watch.rows GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1',
  )
  expect(twice).toEqual([])
  const { rows: gaps } = await database.pool.query(
    `SELECT * FROM (
       SELECT schema, last, next, lag(next, 1, last) OVER (PARTITION BY schema ORDER BY id) AS before FROM watch.moves
     ) AS moves WHERE last <> before OR next < last`,
  )
  expect(gaps).toEqual([])
  for (const { name } of projections) {
    expect(await ops.verify(name)).toMatchObject({ different: 0, parked: { kept: 0, replayed: 0 } })
  }
}, 90_000)
