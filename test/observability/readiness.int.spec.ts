import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Readiness } from '../../src/http/deps.ts'
import { createEvent, expectStatus, readModelsCaughtUp, register } from '../support/party.ts'
import { until } from '../support/product-process.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { scrape } from './metrics-text.ts'

let product: TestProduct
let blocker: pg.Client

beforeAll(async () => {
  product = await startTestProduct({ stuckAfter: 300 })
  blocker = new pg.Client({ connectionString: product.databaseUrl })
  await blocker.connect()
})

afterAll(async () => {
  await blocker.end()
  await product.stop()
})

const ready = () => product.client().get<Readiness & { status: string }>('/health/ready')

describe('readiness of the running product', () => {
  it('fails while a read model stands still and facts wait for it, names it, and comes back when it moves', async () => {
    const host = await register(product)
    await readModelsCaughtUp(product)
    expectStatus(await ready(), 200)

    // Whatever holds up a writer: here somebody has locked what it has to write.
    await blocker.query('BEGIN')
    await blocker.query(`SELECT 1 FROM projections.generations WHERE name = 'events' FOR UPDATE`)
    await createEvent(host)
    await until('it is not ready', async () => (await ready()).status === 503)
    const { status, checks } = expectStatus(await ready(), 503)
    expect(status).toBe('not_ready')
    expect(checks['projections']?.ok).toBe(false)
    expect(checks['projections']?.detail).toMatch(/events has not moved for \d+ s while [1-9]\d* facts wait/)
    expect(checks['database']?.ok).toBe(true)
    expect(checks['eventStore']?.ok).toBe(true)
    const lag = (await scrape(product)).value('guestguard_projection_lag_facts', { projection: 'events' })
    expect(lag).toBeGreaterThan(0)

    await blocker.query('ROLLBACK')
    await until('it is ready again', async () => (await ready()).status === 200)
    await readModelsCaughtUp(product)
    expect(expectStatus(await ready(), 200).checks['projections']?.detail).toBe('up to date')
  })
})
