import type { Log as FactLog } from '../../src/eventstore/log.ts'
import { createLog } from '../../src/eventstore/log.ts'
import { createEmbeddedStore, migrations as storeMigrations } from '../../src/eventstore/embedded/store.ts'
import type { EventStore } from '../../src/eventstore/port.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import {
  createProjections,
  migrations,
  type Projections,
  type ProjectionsOptions,
} from '../../src/projections/create.ts'
import type { Projection, Row } from '../../src/projections/projection.ts'
import { projections as all } from '../../src/projections/registry.ts'
import { silentLog } from '../support/log.ts'
import { memoryVault, type MemoryVault } from '../support/memory-vault.ts'
import { createTestDatabase } from '../support/postgres.ts'

/** A log on a database of its own, and projections over it. */
export interface World {
  readonly url: string
  readonly pool: Pool
  readonly store: EventStore
  readonly log: FactLog
  readonly vault: MemoryVault
  /** Projections of one process; stopped with the world. */
  process(options?: Partial<ProjectionsOptions>): Projections
  close(): Promise<void>
}

export async function openWorld(): Promise<World> {
  const database = await createTestDatabase([...storeMigrations, ...migrations])
  const storePool = createPool(database.url, { log: silentLog })
  const store = createEmbeddedStore({ pool: storePool, log: silentLog })
  const vault = memoryVault()
  const log = createLog(store, vault)
  const started: Projections[] = []
  return {
    url: database.url,
    pool: database.pool,
    store,
    log,
    vault,
    process(options = {}) {
      const created = createProjections({
        pool: database.pool,
        connectionString: database.url,
        log,
        store,
        logger: silentLog,
        ...options,
      })
      started.push(created)
      return created
    },
    async close() {
      for (const one of started) await one.stop()
      await store.close()
      await storePool.end()
      await database.drop()
    },
  }
}

/** @returns the schema of a set of tables of a projection, the first unless told otherwise */
export function schemaOf({ name, version }: Projection, generation = 1): string {
  return `${name}_v${String(version)}${generation === 1 ? '' : `_g${String(generation)}`}`
}

/** Waits until what was appended can be read. */
export async function settle(world: World, projections: Projections): Promise<void> {
  const head = await world.store.head()
  if (!(await projections.waitFor(head, 20_000))) {
    throw new Error(`the projections did not reach ${String(head)}: ${String(projections.position())}`)
  }
}

/** All rows of all tables that are read now, for comparison. */
export async function tablesOf(
  world: World,
  projections: readonly Projection[] = all,
): Promise<Record<string, Row[]>> {
  const tables: Record<string, Row[]> = {}
  for (const { name, version, tables: specs } of projections) {
    const { rows: active } = await world.pool.query<{ schema: string }>(
      `SELECT schema FROM projections.generations WHERE name = $1 AND version = $2 AND state = 'active'`,
      [name, version],
    )
    for (const table of specs) {
      const { rows } = await world.pool.query<{ row: Row }>(
        `SELECT to_jsonb(t) AS row FROM ${active[0]?.schema ?? 'nowhere'}.${table.name} t ORDER BY key`,
      )
      tables[`${name}.${table.name}`] = rows.map(({ row }) => row)
    }
  }
  return tables
}
