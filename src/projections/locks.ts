import { hostname } from 'node:os'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import { LETS_GO_OF_LOCKS, within, type Db, type Pool, type PoolClient } from '../postgres/pool.ts'
import type { Projection } from './projection.ts'

type OfVersion = Pick<Projection, 'name' | 'version'>

/** Of the session that builds tables of a projection, swaps or drops them: one at a time, whatever the process. */
export const buildLockName = ({ name, version }: OfVersion): string =>
  `guestguard rebuild ${name} v${String(version)}`

/** Of the session that keeps the active tables up to date. */
export const writerLockName = ({ name, version }: OfVersion): string =>
  `guestguard projection ${name} v${String(version)}`

/** For the connection that holds the locks. The name tells ops who writes; PostgreSQL cuts it at 63 bytes. */
const SESSION = `${LETS_GO_OF_LOCKS}, set_config('application_name', $1, false)`

const WRITER_NAME = 'guestguard writer '

/** How long an answer about locks is waited for, in milliseconds; where none comes the server has taken them back. */
const LOCKS_WITHIN = 10 * SECOND

/** Who holds a lock. */
export interface Holder {
  /** Host and process id, such as `web-1:4711`; what the connection calls itself when it does not say. */
  readonly process: string
  /** ISO 8601: since when its connection stands. */
  readonly since: string
}

/** @returns who writes each projection now, by its name */
export function writersOf(db: Db, projections: readonly Projection[]): Promise<Map<string, Holder>> {
  return holdersOf(db, projections, writerLockName)
}

/** @returns who builds tables of each projection now, by its name */
export function buildersOf(db: Db, projections: readonly Projection[]): Promise<Map<string, Holder>> {
  return holdersOf(db, projections, buildLockName)
}

async function holdersOf(
  db: Db,
  projections: readonly Projection[],
  nameOf: (projection: Projection) => string,
): Promise<Map<string, Holder>> {
  const { rows } = await db.query<{ name: string; process: string; since: Date }>(
    `SELECT wanted.name, a.backend_start AS since,
            coalesce(nullif(split_part(a.application_name, $3, 2), ''), a.application_name) AS process
     FROM unnest($1::text[], $2::text[]) AS wanted (name, lock)
     JOIN pg_locks l ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(wanted.lock, 0)
     JOIN pg_stat_activity a USING (pid)`,
    [projections.map(({ name }) => name), projections.map(nameOf), WRITER_NAME],
  )
  return new Map(rows.map(({ name, process, since }) => [name, { process, since: since.toISOString() }]))
}

/**
 * Which projections this process writes. The locks belong to a connection of their own: when it is lost they are free,
 * and another process may take them within its next try.
 */
export class WriterLocks {
  readonly #pool: Pool
  readonly #log: Log
  readonly #onLost: () => void
  readonly #held = new Set<Projection>()
  #client: PoolClient | undefined
  #asking = false

  /** @param onLost called when the connection that holds the locks is gone */
  constructor(pool: Pool, log: Log, onLost: () => void) {
    this.#pool = pool
    this.#log = log
    this.#onLost = onLost
  }

  get held(): ReadonlySet<Projection> {
    return this.#held
  }

  /** Tries to get those not held yet, unless that is being tried. @returns whether there are more than before */
  async acquire(projections: readonly Projection[]): Promise<boolean> {
    if (this.#asking) return false
    this.#asking = true
    try {
      return await this.#ask(projections)
    } finally {
      this.#asking = false
    }
  }

  /** Asks also when there is nothing to get: only an answer shows that those held still are. */
  async #ask(projections: readonly Projection[]): Promise<boolean> {
    const client = this.#client ?? (await this.#open())
    const missing = projections.filter((projection) => !this.#held.has(projection))
    const question = within(LOCKS_WITHIN, {
      text: `SELECT lock, pg_try_advisory_lock(hashtextextended(lock, 0)) AS got FROM unnest($1::text[]) AS lock`,
      values: [missing.map(writerLockName)],
    })
    const { rows } = await client
      .query<{ lock: string; got: boolean }>(question)
      .catch(async (error: unknown) => {
        await client.end()
        throw error
      })
    const got = new Set(rows.filter((row) => row.got).map((row) => row.lock))
    // Lost again while the answer was on its way.
    if (this.#client !== client) return false
    for (const projection of missing) if (got.has(writerLockName(projection))) this.#held.add(projection)
    return got.size > 0
  }

  /** Lets go of everything, so that another process can go on at once. */
  release(): void {
    const client = this.#client
    this.#client = undefined
    this.#held.clear()
    client?.release(true)
  }

  async #open(): Promise<PoolClient> {
    const client = await this.#pool.connect()
    const lose = (): void => {
      if (this.#client !== client) return
      this.#log.warn({}, 'the connection that holds the projection locks was lost')
      this.release()
      this.#onLost()
    }
    client.once('error', lose)
    client.once('end', lose)
    try {
      await client.query(SESSION, [`${WRITER_NAME}${hostname().slice(0, 30)}:${String(process.pid)}`])
    } catch (error) {
      client.release(true)
      throw error
    }
    this.#client = client
    return client
  }
}
