import { execFile } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventView } from '../../src/contracts/events.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { silentLog } from '../support/log.ts'
import { addGuest, createEvent, open, readModelsCaughtUp, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

const program = path.resolve(import.meta.dirname, '../../bin/guestguard.mjs')

let product: TestProduct
let event: EventView
let pool: Pool

beforeAll(async () => {
  product = await startTestProduct()
  pool = createPool(product.databaseUrl, { log: silentLog, max: 1 })
  const host = await register(product)
  event = await createEvent(host)
  const { token } = await addGuest(host, event.id)
  await open(product.client('198.51.100.10'), token, { platform: 'phone' })
  await open(product.client('203.0.113.20'), token, { platform: 'laptop' })
  await createEvent(host, { name: 'Quiet evening' })
  await readModelsCaughtUp(product)
})

afterAll(async () => {
  await pool.end()
  await product.stop()
})

/** Runs `guestguard preview verify` as ops would, beside the running product. */
function verify(...args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  const env = {
    PATH: process.env['PATH'],
    DATA_DIR: product.dataDir,
    DATABASE_URL: product.databaseUrl,
    LOG_LEVEL: 'error',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'preview', 'verify', ...args], { env }, (failed, out, errors) => {
      resolve({ code: typeof failed?.code === 'number' ? failed.code : 0, out, errors })
    })
  })
}

it('says of every event that kept and replayed are the same', async () => {
  const { code, out } = await verify('all')
  expect(out).toMatch(
    new RegExp(`^${event.id}: 2 scored openings of 1 guests, kept and replayed the same`, 'm'),
  )
  expect(out.trim().split('\n')).toHaveLength(2)
  expect(code).toBe(0)
})

it('names what differs and ends with 1, for people and for machines', async () => {
  await pool.query(
    `UPDATE preview_v1.pictures SET picture = jsonb_set(picture, '{scores,0}', '5') WHERE key = $1`,
    [event.id],
  )
  const { code, out } = await verify(event.id)
  expect(out).toContain('1 difference at position')
  expect(out).toContain('picture.scores.0: kept 5, replayed 1')
  expect(code).toBe(1)

  const machines = await verify(event.id, '--json')
  expect(machines.code).toBe(1)
  expect(JSON.parse(machines.out)).toMatchObject([
    {
      event: event.id,
      openings: 2,
      parkedSince: null,
      differences: [{ path: 'picture.scores.0', kept: 5, replayed: 1 }],
    },
  ])
})

it('knows no event that there is not', async () => {
  expect(await verify('01JWXXXXXXXXXXXXXXXXXXXXXX')).toMatchObject({ code: 2, out: '' })
  expect((await verify()).errors).toContain('One event is needed, or all.')
})
