import { withTransaction, type Pool, type PoolClient } from '../postgres/pool.ts'

/**
 * A transaction of a projection. It does not wait for the disk: after a crash rows and checkpoint go back together, and
 * the log, which does wait, gives the same facts again.
 */
export async function inProjection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return withTransaction(pool, work, 'BEGIN; SET LOCAL synchronous_commit TO off')
}
