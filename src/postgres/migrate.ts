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
