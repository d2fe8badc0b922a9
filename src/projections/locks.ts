import type { Log } from '../postgres/log.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import type { Projection } from './projection.ts'

const lockName = ({ name, version }: Projection): string =>
  `guestguard projection ${name} v${String(version)}`

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

  /** @param onLost called when the connection that holds the locks is gone */
  constructor(pool: Pool, log: Log, onLost: () => void) {
    this.#pool = pool
    this.#log = log
    this.#onLost = onLost
  }

  get held(): ReadonlySet<Projection> {
    return this.#held
  }

  /** Tries to get those not held yet. @returns whether there are more than before */
  async acquire(projections: readonly Projection[]): Promise<boolean> {
    const missing = projections.filter((projection) => !this.#held.has(projection))
    if (missing.length === 0) return false
    const client = (this.#client ??= await this.#connect())
    const { rows } = await client.query<{ lock: string; got: boolean }>(
      `SELECT lock, pg_try_advisory_lock(hashtextextended(lock, 0)) AS got FROM unnest($1::text[]) AS lock`,
      [missing.map(lockName)],
    )
    const got = new Set(rows.filter((row) => row.got).map((row) => row.lock))
    // Lost again while the answer was on its way.
    if (this.#client !== client) return false
    for (const projection of missing) if (got.has(lockName(projection))) this.#held.add(projection)
    return got.size > 0
  }

  /** Lets go of everything, so that another process can go on at once. */
  release(): void {
    const client = this.#client
    this.#client = undefined
    this.#held.clear()
    client?.release(true)
  }

  async #connect(): Promise<PoolClient> {
    const client = await this.#pool.connect()
    const lose = (): void => {
      if (this.#client !== client) return
      this.#log.warn({}, 'the connection that holds the projection locks was lost')
      this.release()
      this.#onLost()
    }
    client.once('error', lose)
    client.once('end', lose)
    return client
  }
}
