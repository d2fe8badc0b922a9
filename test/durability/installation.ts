import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { startProduct, type Product } from '../../src/product.ts'
import { projections } from '../../src/projections/registry.ts'
import { silentLog } from '../support/log.ts'
import { readModelsCaughtUp } from '../support/party.ts'

/** A data folder, opened so that a test can look behind the product's back. */
export interface Installation {
  readonly product: Product
  /** As the database's superuser. */
  readonly pool: Pool
  close(): Promise<void>
}

export interface OpenOptions {
  /** Where the database is, when it is not in the data folder. */
  readonly databaseDir?: string
  /** Beside what is needed to look. */
  readonly env?: Readonly<Record<string, string>>
}

export async function openInstallation(
  dataDir: string,
  { databaseDir = dataDir, env = {} }: OpenOptions = {},
): Promise<Installation> {
  const server = await startEmbeddedPostgres({ dataDir: databaseDir, log: silentLog })
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: server.url,
    GEOIP_PROVIDER: 'null',
    TRUST_PROXY: '127.0.0.1',
    ...env,
  })
  const product = await startProduct({ config, logger: pino({ level: 'silent' }) })
  const url = new URL(server.url)
  url.username = 'postgres'
  const pool = createPool(url.href, { log: silentLog, max: 2 })
  return {
    product,
    pool,
    async close() {
      await pool.end()
      await product.stop()
      await server.stop()
    },
  }
}

/** @returns every row of every read model, by table */
export async function dumpReadModels({
  product,
  pool,
}: Installation): Promise<Readonly<Record<string, readonly unknown[]>>> {
  await readModelsCaughtUp(product)
  const dump: Record<string, readonly unknown[]> = {}
  for (const { name, schema } of await product.projections.status()) {
    for (const table of projections.find((one) => one.name === name)?.tables ?? []) {
      const { rows } = await pool.query<{ row: unknown }>(
        `SELECT to_jsonb(t) AS row FROM ${schema ?? ''}.${table.name} t ORDER BY key`,
      )
      dump[`${name}.${table.name}`] = rows.map(({ row }) => row)
    }
  }
  return dump
}

/** Builds every read model anew from the first fact. */
export async function rebuildAll({ product }: Installation): Promise<void> {
  for (const { name } of projections) await product.projections.rebuild(name)
}
