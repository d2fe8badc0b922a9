import { createHash, randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { migrate, type Migration } from '../../src/postgres/migrate.ts'
import { createPool, withTransaction, type Pool } from '../../src/postgres/pool.ts'
import { silentLog } from './log.ts'

export interface TestDatabase {
  readonly url: string
  readonly pool: Pool
  /** Ends the pool and removes the database. */
  drop(): Promise<void>
}

/**
 * An empty database of its own on the server of this run, with the migrations applied. The first call with a set of
 * migrations makes a template; later calls, also from other test files, copy it.
 */
export async function createTestDatabase(migrations: readonly Migration[] = []): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl')
  const admin = createPool(serverUrl, { log: silentLog, max: 1 })
  const name = `test_${randomBytes(8).toString('hex')}`
  try {
    const template = await ensureTemplate(admin, serverUrl, migrations)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`)
  } finally {
    await admin.end()
  }
  const url = databaseUrl(serverUrl, name)
  const pool = createPool(url, { log: silentLog })
  return {
    url,
    pool,
    drop: async () => {
      await pool.end()
      await dropDatabase(serverUrl, name)
    },
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function ensureTemplate(
  admin: Pool,
  serverUrl: string,
  migrations: readonly Migration[],
): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16)
  const template = `template_${digest}`
  if (await databaseExists(admin, template)) return template
  const half = `${template}_${randomBytes(4).toString('hex')}`
  await admin.query(`CREATE DATABASE ${half}`)
  const pool = createPool(databaseUrl(serverUrl, half), { log: silentLog, max: 1 })
  try {
    await migrate(pool, migrations)
  } finally {
    await pool.end()
  }
  const kept = await withTransaction(admin, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [template])
    if (await databaseExists(client, template)) return false
    await client.query(`ALTER DATABASE ${half} RENAME TO ${template}`)
    return true
  })
  if (!kept) await dropDatabase(serverUrl, half)
  return template
}

async function databaseExists(db: Pick<Pool, 'query'>, name: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  return rowCount === 1
}

/** SQLSTATE insufficient_privilege. */
const NOT_ALLOWED = '42501'

/**
 * FORCE may not end an autovacuum worker, which runs as the superuser, and refuses; without it the server asks the
 * worker to leave by itself. So the second way is tried where the first is refused.
 */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const admin = createPool(serverUrl, { log: silentLog, max: 1 })
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === NOT_ALLOWED)) throw error
      return admin.query(`DROP DATABASE IF EXISTS ${name}`)
    })
  } finally {
    await admin.end()
  }
}
