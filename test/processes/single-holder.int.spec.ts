import { expect, it } from 'vitest'
import type { Pool } from '../../src/postgres/pool.ts'
import { whileSingleHolder } from '../../src/processes/single-holder.ts'
import { silentLog } from '../support/log.ts'
import { poolOverNetwork } from '../support/over-network.ts'
import { createTestDatabase } from '../support/postgres.ts'

it('leaves its work to another when the connection that holds its lock goes silent, within two heartbeats', async ({
  onTestFinished,
}) => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const { pool: silenced, network } = await poolOverNetwork(database.url, { max: 2 })
  const stopping = new AbortController()
  const told: string[] = []
  const holder = (who: string, pool: Pool) =>
    whileSingleHolder({
      name: 'work of one',
      pool,
      log: silentLog,
      signal: stopping.signal,
      work: async (signal) => {
        told.push(`${who} begins`)
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
        })
        told.push(`${who} ends`)
      },
    })
  const holders = [holder('one', silenced)]
  await expect.poll(() => told).toEqual(['one begins'])
  holders.push(holder('another', database.pool))

  network.strand()
  await expect.poll(() => told.slice(0, 2), { timeout: 30_000 }).toEqual(['one begins', 'one ends'])
  await expect.poll(() => told.at(2), { timeout: 10_000 }).toMatch(/begins$/)
  stopping.abort()
  await Promise.all(holders)
}, 60_000)
