/**
 * The least that an opening can cost: a route that parses the request, seals it, and waits for one grouped insert. No
 * link, no stream, no score, no read model. `openings` measures the product against it in the same run.
 */
import { createCipheriv, randomBytes } from 'node:crypto'
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
await pool.query('CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)')

const body = z.strictObject({ fingerprint: z.record(z.string(), z.string()) })
const key = randomBytes(32)

function seal(text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64')
}

let waiting: { text: string; done: () => void; failed: (error: unknown) => void }[] = []
let writing = false

async function write(): Promise<void> {
  writing = true
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    try {
      await pool.query('INSERT INTO bare (body) SELECT unnest($1::text[])', [group.map(({ text }) => text)])
      for (const { done } of group) done()
    } catch (error) {
      for (const { failed } of group) failed(error)
    }
  }
  writing = false
}

const app = fastify()
app.post('/open', async (request) => {
  const text = seal(JSON.stringify(body.parse(request.body)))
  await new Promise<void>((done, failed) => {
    waiting.push({ text, done, failed })
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
