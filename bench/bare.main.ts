/**
 * The least that an opening can cost: a route that parses the request, seals what is personal in it, and waits for one
 * grouped insert of its two facts, of the size and with the indexes that they have in the event store. No link, no
 * expected revision, no score, no read model, no answer to speak of. `openings` measures the product against it in the
 * same run.
 */
import { createCipheriv, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify from 'fastify'
import { pino } from 'pino'
import { z } from 'zod'
import { startEmbeddedPostgres } from '../src/postgres/embedded.ts'
import { createPool } from '../src/postgres/pool.ts'
import { reportTo } from './child.ts'

const log = pino({ level: 'warn' }, pino.destination(2))
const dataDir = await mkdtemp(join(tmpdir(), 'guestguard-bench-'))
const server = await startEmbeddedPostgres({ dataDir, log })
const pool = createPool(server.url, { log, max: 4 })
await pool.query(`
  CREATE TABLE bare (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text COLLATE "C" NOT NULL,
    category text COLLATE "C",
    revision integer NOT NULL,
    id uuid NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    data text NOT NULL,
    metadata text NOT NULL,
    created timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (stream, revision)
  );
  CREATE INDEX ON bare (category, position)`)

const body = z.strictObject({ fingerprint: z.record(z.string(), z.string()) })
const key = randomBytes(32)

function seal(text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64')
}

interface Row {
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly data: string
}

interface Waiting {
  readonly rows: readonly Row[]
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** What every fact says of who, when and why; some 250 bytes. */
const METADATA = JSON.stringify({
  v: 1,
  at: new Date(0).toISOString(),
  actor: `guest:${randomUUID()}`,
  $correlationId: randomUUID(),
  $causationId: randomUUID(),
  requestDigest: randomBytes(32).toString('base64url'),
})

/** What an attempt, and what a score tells openly. */
const ATTEMPT = { attemptId: randomUUID(), linkVersion: 1, hasUserAgent: true, hasFingerprint: true }
const SCORE = {
  attemptId: randomUUID(),
  ruleSet: 'v1',
  score: 0,
  subScores: { device: 0, network: 0, travel: 0 },
  reasons: [{ code: 'first_opening', params: {} }],
  band: 'low',
  thresholds: { medium: 30, high: 60, block: 85 },
}

let streams = 0

function factsOf(text: string): Row[] {
  const stream = `event.bare-guest.${String(streams++)}`
  return [
    { stream, revision: 0, type: 'AccessAttempted', data: { ...ATTEMPT, sealed: seal(text) } },
    { stream, revision: 1, type: 'AccessScored', data: { ...SCORE, sealed: seal(text) } },
  ].map((fact) => ({ ...fact, id: randomUUID(), data: JSON.stringify(fact.data) }))
}

const INSERT = `
  INSERT INTO bare (stream, category, revision, id, type, data, metadata)
  SELECT stream, 'event.bare', revision, id, type, data, $6
  FROM unnest($1::text[], $2::integer[], $3::uuid[], $4::text[], $5::text[]) AS f (stream, revision, id, type, data)`

let waiting: Waiting[] = []
let writing = false

async function write(): Promise<void> {
  writing = true
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    const rows = group.flatMap((one) => one.rows)
    try {
      const columns = (['stream', 'revision', 'id', 'type', 'data'] as const).map((column) =>
        rows.map((row) => row[column]),
      )
      await pool.query({ name: 'insert', text: INSERT, values: [...columns, METADATA] })
      for (const { done } of group) done()
    } catch (error) {
      for (const { failed } of group) failed(error)
    }
  }
  writing = false
}

const app = fastify()
app.post('/open', async (request) => {
  const rows = factsOf(JSON.stringify(body.parse(request.body)))
  await new Promise<void>((done, failed) => {
    waiting.push({ rows, done, failed })
    if (!writing) void write()
  })
  return { ok: true }
})
const origin = await app.listen({ port: 0, host: '127.0.0.1' })

process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => pool.end())
    .then(() => server.stop())
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0))
})
reportTo({ origin, tokens: [] }, () => Promise.resolve(0))
