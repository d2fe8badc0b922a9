import type { Pool } from '../postgres/pool.ts'

/**
 * Connections of the product, of whatever process: those of these commands call themselves `guestguard ops`.
 * @throws Error with a sentence for the operator when there is any
 */
export async function requireStopped(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ running: boolean }>(
    `SELECT EXISTS (
       SELECT FROM pg_stat_activity
       WHERE datname = current_database()
         AND (application_name IN ('guestguard', 'guestguard log', 'guestguard jobs', 'guestguard listen guestguard_projections')
              OR starts_with(application_name, 'guestguard writer '))
     ) AS running`,
  )
  if (rows[0]?.running === true) throw new Error('The product is running on this database. Stop it first.')
}
