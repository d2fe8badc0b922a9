import type { Position } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { dropGeneration, emptyGeneration, type Generation } from './generations.ts'
import { buildLockName, writerLockName } from './locks.ts'
import { dropAbandoned } from './scratch.ts'
import { inProjection } from './transaction.ts'

export interface LeftBehindContext {
  readonly pool: Pool
  readonly log: Log
  readonly origin: string
}

/** How long somebody who still reads such tables is waited for, in milliseconds: what is live waits with it. */
const LOCK_TIMEOUT = SECOND / 2

/** SQLSTATE of a lock that was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Sets of tables that have not come to a position and that nobody brings there by the look of it. An active one counts
 * only beside another: readers fall back on an earlier version until theirs is built.
 */
const CANDIDATES = `
  SELECT schema, name, version, state FROM projections.generations g
  WHERE checkpoint > 0 AND checkpoint < $1
    AND (state <> 'active' OR EXISTS (
      SELECT FROM projections.generations other
      WHERE other.name = g.name AND other.state = 'active' AND other.schema <> g.schema))
  ORDER BY name, version, generation`

type Candidate = Pick<Generation, 'schema' | 'name' | 'version' | 'state'>

/**
 * A guest was forgotten at `position`: takes the guest out of the tables that the fact will never reach. What was in use
 * before a swap, or by an earlier or later release that no longer runs, is dropped; an unfinished build begins anew. What
 * somebody builds or writes just now is left alone: it comes to the fact by itself. Scratch tables of a verification
 * that was killed are dropped too. Done twice it changes nothing.
 */
export async function dropLeftBehind(context: LeftBehindContext, position: Position): Promise<void> {
  if (position === 0n) return
  const { pool, log } = context
  const { rows } = await pool.query<Candidate>(CANDIDATES, [String(position)])
  for (const candidate of rows) {
    try {
      await inProjection(pool, (client) => leaveOut(context, client, candidate, position))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) throw error
      log.warn(
        { schema: candidate.schema },
        'tables that hold a forgotten guest are in use; tried again soon',
      )
    }
  }
  await dropAbandoned(pool)
}

async function leaveOut(
  { log, origin }: LeftBehindContext,
  client: PoolClient,
  candidate: Candidate,
  position: Position,
): Promise<void> {
  const { schema, state } = candidate
  await client.query(`SET LOCAL lock_timeout TO ${String(LOCK_TIMEOUT)}`)
  const busy = state === 'active' ? [buildLockName, writerLockName] : [buildLockName]
  const { rows: locks } = await client.query<{ free: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended(lock, 0)) AS free FROM unnest($1::text[]) AS lock',
    [busy.map((nameOf) => nameOf(candidate))],
  )
  if (locks.some(({ free }) => !free)) return
  const { rowCount } = await client.query(
    `SELECT FROM projections.generations WHERE schema = $1 AND state = $2 AND checkpoint < $3 FOR UPDATE`,
    [schema, state, String(position)],
  )
  if (rowCount !== 1) return
  if (state === 'building') await emptyGeneration(client, schema)
  else await dropGeneration(client, schema)
  await announceGenerations(client, origin)
  log.info({ schema, state }, 'tables that nobody keeps up to date were dropped with a forgotten guest')
}
