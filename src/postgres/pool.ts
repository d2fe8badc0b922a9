import { once } from 'node:events'
import pg from 'pg'
import { withoutCorrelation } from '../kernel/correlation.ts'
import { SECOND } from '../kernel/time.ts'
import type { Log } from './log.ts'

export type Pool = pg.Pool
export type PoolClient = pg.PoolClient

/**
 * What a query function needs: a pool, or a client inside a transaction.
 * `int8` columns arrive as strings; turn log positions into `bigint` where they are read (`BigInt(row.position)`), and
 * cast counts in SQL (`count(*)::int`). Give a hot query a `name` so that the server plans it once per connection.
 */
export type Db = Pick<pg.Pool | pg.PoolClient, 'query'>

export interface PoolOptions {
  readonly log: Log
  /** Most connections, default 10. */
  readonly max?: number
  /** Shown in pg_stat_activity, default `guestguard`. */
  readonly applicationName?: string
  /**
   * Longest wait for the answer to one statement, in milliseconds; its connection then gives way to another. For pools
   * without long statements only, a COPY and a migration are such. Default: as long as TCP waits, 15 minutes on Linux.
   */
  readonly answerWithin?: number
}

/** How the driver says that an answer did not come in time. */
const NO_ANSWER = 'Query read timeout'

class CarefulPool extends pg.Pool {
  private readonly closed = new Set<Promise<unknown>>()

  constructor(config: pg.PoolConfig) {
    super(config)
    this.on('release', (error: Error | boolean | undefined) => {
      if (error instanceof Error && error.message === NO_ANSWER) this.closeIdle()
    })
    this.on('connect', (client) => {
      const closed = once(client, 'end').finally(() => this.closed.delete(closed))
      // Its errors are told by the listener for errors.
      closed.catch(() => undefined)
      this.closed.add(closed)
    })
  }

  /** A network forgets connections together: each that is idle would keep somebody waiting for an answer in turn. */
  private closeIdle(): void {
    for (let left = this.idleCount; left > 0; left--) {
      this.connect().then(
        (client) => {
          client.release(true)
        },
        () => undefined,
      )
    }
  }

  /**
   * pg says that a pool has ended when it has told its connections to close; the server still has them then.
   * @returns resolves when every connection is closed, so that stopping the server next ends none of them
   */
  override async end(): Promise<void> {
    await super.end()
    await Promise.allSettled(this.closed)
  }
}

/**
 * @param url `postgres://…`
 * @returns a pool that outlives a restart of the server: a broken connection is dropped and the next query opens one
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new CarefulPool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'guestguard',
    connectionTimeoutMillis: 10 * SECOND,
    idleTimeoutMillis: 30 * SECOND,
    keepAlive: true,
    ...(options.answerWithin === undefined ? {} : { query_timeout: options.answerWithin }),
  })
  const onError = (error: Error): void => {
    withoutCorrelation(() => {
      options.log.warn({ error: error.message }, 'a PostgreSQL connection was lost')
    })
  }
  pool.on('error', onError)
  // pg listens for errors of idle clients only; one that is lost in the middle of a transaction would end the process.
  pool.on('connect', (client) => {
    client.on('error', onError)
  })
  return pool
}

/**
 * For a connection that holds locks. A process that is killed closes it at once; a machine that vanishes, or a network that
 * falls silent, does not. So the server asks every second and gives up, with the locks, after three questions without an
 * answer; by itself it waits for two hours.
 */
export const LETS_GO_OF_LOCKS = `
  SELECT set_config('tcp_keepalives_idle', '1', false), set_config('tcp_keepalives_interval', '1', false),
         set_config('tcp_keepalives_count', '3', false)`

/**
 * A query whose answer is waited for no longer than that; its connection is then closed. The driver knows the option, its
 * types do not.
 * @param ms milliseconds
 */
export function within(ms: number, query: pg.QueryConfig): pg.QueryConfig {
  const timed = { ...query, query_timeout: ms }
  return timed
}

/** How long an answer to a rollback is waited for, in milliseconds; it takes one where anybody answers. */
const ROLLBACK_WITHIN = 5 * SECOND

/**
 * Runs `work` in one transaction: commits when it resolves, rolls back and rethrows when it throws.
 * @param work gets the only client whose statements are part of the transaction
 * @param begin what begins it, with settings that it shall have, in one round trip
 */
export async function withTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query(within(ROLLBACK_WITHIN, { text: 'ROLLBACK' })).catch((rollback: unknown) => {
      broken = rollback instanceof Error ? rollback : new Error(String(rollback))
    })
    throw error
  } finally {
    // A connection that could not roll back is closed, not handed to the next caller in the middle of a transaction.
    client.release(broken)
  }
}

/** The oldest server the SQL of this product runs on. */
const MIN_SERVER_VERSION = 150_000

/**
 * Checks at start that the server behind `url` can be used.
 * @throws Error with one sentence that says what to mend, without the password of the URL
 */
export async function assertUsable(pool: pg.Pool, url: string): Promise<void> {
  const where = describeUrl(url)
  let version: number
  try {
    const { rows } = await pool.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    )
    version = rows[0]?.version ?? 0
  } catch (error) {
    throw new Error(`DATABASE_URL: cannot use PostgreSQL at ${where}: ${reasonOf(error)}`, { cause: error })
  }
  if (version < MIN_SERVER_VERSION) {
    throw new Error(
      `DATABASE_URL: ${where} is PostgreSQL ${String(Math.floor(version / 10_000))}; 15 or newer is needed`,
    )
  }
}

function describeUrl(url: string): string {
  if (!URL.canParse(url))
    return 'the given address, which is not a URL like postgres://user:password@host:5432/name'
  const { host, pathname, username } = new URL(url)
  return `${username}@${host}${pathname}`
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
