import type { EventStore } from './eventstore/port.ts'
import type { Readiness } from './http/deps.ts'
import { SECOND } from './kernel/time.ts'
import type { Pool } from './postgres/pool.ts'
import type { Projections } from './projections/create.ts'

/** A lag that lasts longer than this makes the read models not ready, in milliseconds. */
const MOST_LAG = 30 * SECOND

/** Asks everything that the product stands on. Never throws: what fails is a check that is not ok. */
export async function readiness(pool: Pool, store: EventStore, projections: Projections): Promise<Readiness> {
  const check = async (look: () => Promise<string>) => {
    try {
      return { ok: true, detail: await look() }
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) }
    }
  }
  const checks = {
    database: await check(async () => {
      await pool.query('SELECT 1')
      return 'answers'
    }),
    eventStore: await check(async () => `head at ${String(await store.head())}`),
    projections: await check(async () => {
      const all = await projections.status()
      const sick = all.find(({ state, lag }) => state !== 'active' || lag.seconds * SECOND > MOST_LAG)
      if (sick !== undefined) {
        const { name, state, lag } = sick
        throw new Error(`${name} is ${state}, ${String(lag.facts)} facts and ${String(lag.seconds)} s behind`)
      }
      const parked = all.reduce((sum, { deadLetters }) => sum + deadLetters.facts, 0)
      return parked === 0 ? 'up to date' : `up to date, ${String(parked)} facts parked as dead letters`
    }),
  }
  return { ok: Object.values(checks).every(({ ok }) => ok), checks }
}
