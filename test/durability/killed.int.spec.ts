import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StoredRecord } from '../../src/eventstore/port.ts'
import {
  createDataDir,
  isAlive,
  postmasterOf,
  requirePages,
  spawnProduct,
  until,
  type ProductProcess,
} from '../support/product-process.ts'
import { CAPACITY, Evening, GUESTS, LATECOMERS } from './evening.ts'
import { dumpReadModels, openInstallation, rebuildAll, type Installation } from './installation.ts'

let folder: Awaited<ReturnType<typeof createDataDir>>
let product: ProductProcess

const start = () => spawnProduct({ DATA_DIR: folder.dir, LOG_LEVEL: 'silent' })

beforeAll(async () => {
  await requirePages()
})

beforeEach(async () => {
  folder = await createDataDir()
  product = start()
})

afterEach(async () => {
  await product.end('SIGTERM')
  await folder.remove()
})

async function recordsOf({ product: opened }: Installation): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  for await (const page of opened.store.readAll()) records.push(...page)
  return records
}

/** Everything that was promised is in the log, once. */
function examineLog(evening: Evening, records: readonly StoredRecord[]): void {
  const ofEvent = records.filter(({ stream }) => stream.startsWith(`event.${evening.eventId}-`))
  const streamsOf = (type: string) => ofEvent.filter((one) => one.type === type).map(({ stream }) => stream)

  expect(records.map(({ position }) => position)).toEqual(records.map((_, at) => BigInt(at + 1)))
  for (const type of ['AccessAttempted', 'AccessScored']) {
    expect(streamsOf(type), type).toHaveLength(GUESTS)
    expect(new Set(streamsOf(type)).size, type).toBe(GUESTS)
  }
  expect(streamsOf('GuestInvited')).toHaveLength(GUESTS + LATECOMERS)
  expect(new Set(streamsOf('GuestInvited')).size).toBe(GUESTS + LATECOMERS)
  expect(streamsOf('RsvpAnswered')).toHaveLength(GUESTS)
  const typeAt = new Map(records.map(({ position, type }) => [String(position), type]))
  for (const [key, { position }] of evening.promised) {
    if (key === 'import') continue
    expect(typeAt.get(position), key).toMatch(key.startsWith('open') ? /^Access/ : /^Rsvp/)
  }
}

/** The read models say what the log says: the same as when they are built from it anew. */
async function examineReadModels(evening: Evening, installation: Installation): Promise<void> {
  const kept = await dumpReadModels(installation)
  const emails = new Set(kept['guests.guests']?.map((row) => (row as { email: string }).email))
  expect(emails.size).toBe(GUESTS + LATECOMERS)
  const totals = await installation.product.projections.queries.rsvps.totals(evening.eventId)
  expect(totals.confirmedPeople).toBeLessThanOrEqual(CAPACITY)
  expect(totals.confirmedPeople).toBeGreaterThanOrEqual(CAPACITY - 1)
  expect(totals.confirmedParties + totals.waitlistedParties).toBe(GUESTS)

  await rebuildAll(installation)
  expect(await dumpReadModels(installation)).toEqual(kept)
  const states = await installation.product.projections.status()
  expect(states.map(({ deadLetters }) => deadLetters.facts)).toEqual(states.map(() => 0))
}

async function examine(evening: Evening): Promise<void> {
  expect(evening.surprises).toEqual([])
  expect(evening.promised.size).toBe(2 * GUESTS + 1)
  const installation = await openInstallation(folder.dir)
  try {
    examineLog(evening, await recordsOf(installation))
    await examineReadModels(evening, installation)
  } finally {
    await installation.close()
  }
}

describe('nothing that was answered is lost, and nothing happens twice', () => {
  it('when the product is killed twice in the middle of an evening', async () => {
    const evening = await Evening.prepare(await product.client())
    for (const deadline of [30, 90]) {
      const running = product
      const all = await evening.round(await running.client(), (count) => {
        if (count === deadline) void running.end('SIGKILL')
      })
      expect(all, 'some were left without an answer').toBe(false)
      await running.ended
      product = start()
    }
    const visitor = await product.client()
    // The import says 503 while the read models are behind, as they may be after a kill on a busy machine.
    await until('everybody is answered', () => evening.round(visitor))
    await until('everybody is answered again', () => evening.round(visitor))
    expect((await product.end('SIGTERM')).code).toBe(0)
    await examine(evening)
  }, 120_000)

  it('when the database is killed under the product, which goes on by itself', async () => {
    const evening = await Evening.prepare(await product.client())
    const postmaster = (await postmasterOf(folder.dir)) ?? 0
    const visitor = await product.client()
    await evening.round(visitor, (count) => {
      if (count === 30) process.kill(postmaster, 'SIGKILL')
    })
    await until('everybody is answered', () => evening.round(visitor))
    expect(isAlive(postmaster)).toBe(false)
    expect(isAlive(product.pid)).toBe(true)
    expect((await visitor.get('/health/ready')).status).toBe(200)
    expect((await product.end('SIGTERM')).code).toBe(0)
    await examine(evening)
  }, 120_000)
})
