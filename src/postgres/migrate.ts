import { createHash } from 'node:crypto'
import type { Pool } from './pool.ts'
import { withTransaction } from './pool.ts'

/** One step in the life of a table that is not a projection. Never edited once released: add another. */
export interface Migration {
  /** Unique over all modules and stable, such as `vault-001-keys`. */
  readonly id: string
  readonly sql: string
}

/** Any constant; all processes that migrate this database must use the same one. */
const MIGRATION_LOCK = 7_144_930_571

/**
 * Applies what is missing, in the given order, in one transaction: all of it or nothing. Processes that start at the
 * same time wait for each other.
 *
 * @returns ids of the migrations that were applied now
 * @throws Error when a migration was edited after it was applied, or its SQL fails
 */
export async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<string[]> {
  return withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await client.query(`
      CREATE TABLE IF NOT EXISTS schema_migrations (
        id         text PRIMARY KEY,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`)
    const { rows } = await client.query<{ id: string; checksum: string }>(
      'SELECT id, checksum FROM schema_migrations',
    )
    const known = new Map(rows.map((row) => [row.id, row.checksum]))
    const applied: string[] = []
    for (const { id, sql } of migrations) {
      const checksum = createHash('sha256').update(sql).digest('hex')
      const before = known.get(id)
      if (before === checksum) continue
      if (before !== undefined)
        throw new Error(`migration ${id} was changed after it was applied; add a new one instead`)
      await client.query(sql)
      await client.query('INSERT INTO schema_migrations (id, checksum) VALUES ($1, $2)', [id, checksum])
      known.set(id, checksum)
      applied.push(id)
    }
    return applied
  })
}

/**
 * Looks whether the tables are those of this release, for what only reads: a newer one beside a product that runs must not
 * change its tables.
 * @throws Error with a sentence for the operator when a migration is missing, or one is there that is not known here
 */
export async function requireMigrated(pool: Pool, migrations: readonly Migration[]): Promise<void> {
  const applied = await appliedIds(pool)
  if (applied.length === 0) throw new Error('There is nothing in this database yet. Start the product once.')
  const missing = migrations.map(({ id }) => id).filter((id) => !applied.includes(id))
  if (missing.length > 0)
    throw new Error(
      `The database is of an older release than this guestguard (it lacks ${missing.join(', ')}). ` +
        'Start the product of this release, which brings it up to date, or use the guestguard of the older one.',
    )
  const unknown = applied.filter((id) => !migrations.some((migration) => migration.id === id))
  if (unknown.length > 0)
    throw new Error(
      `The database is of a newer release than this guestguard (it has ${unknown.join(', ')}). ` +
        'Use the guestguard of that release.',
    )
}

async function appliedIds(pool: Pool): Promise<string[]> {
  const { rows: there } = await pool.query<{ made: boolean }>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS made`,
  )
  if (there[0]?.made !== true) return []
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM schema_migrations ORDER BY applied_at, id',
  )
  return rows.map(({ id }) => id)
}
