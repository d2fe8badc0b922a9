import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { examineClock } from '../../src/cli/doctor/database.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { startEsdbServer, type EsdbServer } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { TestSmtp } from '../support/smtp.ts'
import { guestguard, jsonOf, type Ran } from './guestguard.ts'

interface Finding {
  readonly subject: string
  readonly state: string
  readonly detail: string
  readonly mend: string | null
}

let product: TestProduct
let esdb: EsdbServer
let smtp: TestSmtp
let folder: string

beforeAll(async () => {
  product = await startTestProduct()
  esdb = await startEsdbServer()
  smtp = new TestSmtp()
  await smtp.start()
  folder = await mkdtemp(path.join(tmpdir(), 'guestguard-doctor-'))
})

afterAll(async () => {
  await smtp.stop()
  esdb.stop()
  await product.stop()
  await rm(folder, { recursive: true, force: true })
})

const doctor = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> =>
  guestguard({ GEOIP_PROVIDER: 'null', ...env }, 'doctor', ...args)

const beside = () => ({
  DATABASE_URL: product.databaseUrl,
  DATA_DIR: product.dataDir,
  PORT: new URL(product.url).port,
})

async function found(env: Readonly<Record<string, string>>, subject: string): Promise<Finding[]> {
  return jsonOf<Finding[]>(await doctor(env, '--json')).filter((one) => one.subject === subject)
}

it('finds everything in order beside the running product, and what it is', async () => {
  const { code, out } = await doctor({
    ...beside(),
    SMTP_URL: smtp.url,
    EVENTSTORE_URL: esdb.url,
    GEOIP_PROVIDER: 'auto',
  })
  expect(out).not.toContain('BROKEN')
  expect(out).toMatch(/^ok +node: version 24\./m)
  expect(out).toMatch(/^ok +web server: the product answers on http:\/\/127\.0\.0\.1:\d+$/m)
  expect(out).toMatch(/^ok +database: PostgreSQL 18\.\d+, reachable$/m)
  // The server of the tests has nothing to keep through a power cut.
  expect(out).toMatch(/^warning +database: fsync is off/m)
  expect(out).toMatch(/^warning +database: synchronous_commit is off: .+\n +-> .+ on and reload PostgreSQL/m)
  expect(out).toMatch(/^ok +clock: 0\.0 s apart/m)
  expect(out).toMatch(/^ok +event store: version 24\.10\.0, reachable$/m)
  expect(out).toMatch(/^ok +mail: 127\.0\.0\.1:\d+ takes us as a sender$/m)
  expect(out).toMatch(/places: dbip, as of \d{4}-\d\d-\d\d, \d+ days old/)
  expect(out).toMatch(/^ok +read models: no fact waits$/m)
  expect(code).toBe(0)
})

it('needs no product, no database and no folder, and makes none', async () => {
  const dataDir = path.join(folder, 'none')
  const { code, out } = await doctor({ DATA_DIR: dataDir, PORT: '0' })
  expect(code).toBe(0)
  expect(out).toContain('database: none yet')
  expect((await found({ DATA_DIR: dataDir }, 'data folder'))[0]?.detail).toContain('is not there yet')
})

it('names everything that is wrong with the environment at once, and goes on with the rest', async () => {
  const env = {
    ...beside(),
    ROLE: 'boss',
    SCORING_BUDGET_MS: 'soon',
    TWILIO_FROM: '+15550100',
    DATABSE_URL: 'postgres://nowhere',
    DATABASE_URL: '',
  }
  const { code, out } = await doctor(env)
  expect(code).toBe(1)
  expect(out).toContain('BROKEN   environment: ROLE takes all, api or worker')
  expect(out).toContain('BROKEN   environment: SCORING_BUDGET_MS takes milliseconds, 1 to 10000')
  expect(out).toContain('TWILIO_FROM are set together or not at all')
  expect(out).toContain(
    'warning  environment: DATABSE_URL is set, which nothing reads\n         -> If DATABASE_URL is meant',
  )
  expect(out).toMatch(/^ok +node/m)
  expect(
    (await doctor({ ...beside(), TWILIO_ACCOUNT_SID: 'XY', TWILIO_AUTH_TOKEN: 'x', TWILIO_FROM: 'x' })).out,
  ).toContain('TWILIO_ACCOUNT_SID takes an account SID')
})

it('says what cannot be reached and how to mend it, and repeats no password', async () => {
  const { code, out } = await doctor({
    DATA_DIR: folder,
    PORT: '0',
    DATABASE_URL: 'postgres://ops:secret-one@127.0.0.1:1/guests',
    SMTP_URL: smtp.url.replace(/:[^:@]+@/, ':secret-two@'),
    EVENTSTORE_URL: 'esdb://ops:secret-three@127.0.0.1:1?tls=false',
    GEOIP_PROVIDER: 'auto',
    GEOIP_DB_PATH: import.meta.filename,
  })
  expect(code).toBe(1)
  for (const subject of ['database', 'mail', 'event store', 'places'])
    expect(out).toMatch(new RegExp(`^BROKEN +${subject}: .+\\n +-> .+`, 'm'))
  expect(out).not.toMatch(/secret-(one|two|three)/)
})

it('warns of folders and keys that others may read, and of a key that is not that of the database', async () => {
  const env = { ...beside(), DATA_DIR: folder }
  const file = path.join(folder, 'master.key')
  await writeFile(file, `k1:${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}\n`)
  await chmod(file, 0o644)
  await chmod(folder, 0o755)
  expect(await found(env, 'master key')).toMatchObject([
    { state: 'broken', detail: expect.stringContaining(`Mend it with: chmod 600 ${file}`) as unknown },
  ])
  expect(await found(env, 'data folder')).toMatchObject([{ state: 'warning', mend: `chmod 700 ${folder}` }])
  await chmod(file, 0o600)
  await chmod(folder, 0o700)
  expect(await found(env, 'master key')).toMatchObject([
    { state: 'ok' },
    { state: 'broken', detail: expect.stringContaining('which is not here') as unknown },
  ])
})

it('tells how far the clocks are apart, beyond the time that it took to ask', async () => {
  const pool = createPool(product.databaseUrl, { log: silentLog, max: 1 })
  expect(await examineClock(pool)).toMatchObject({ state: 'ok', detail: '0.0 s apart from the database' })
  await pool.end()
  const asking = (ms: number) =>
    ({ query: () => Promise.resolve({ rows: [{ ms: Date.now() + ms }] }) }) as never
  expect(await examineClock(asking(-5_000))).toMatchObject({
    state: 'warning',
    detail: '5.0 s apart from the database',
  })
  expect(await examineClock(asking(90_000))).toMatchObject({
    state: 'broken',
    detail: '90.0 s apart from the database',
  })
})

it('ends with 2 when the call itself is wrong', async () => {
  expect(await doctor({}, '--fix')).toMatchObject({ code: 2, out: '' })
  expect(await doctor({}, 'everything')).toMatchObject({ code: 2 })
})
