import { randomBytes } from 'node:crypto'
import type { Position, StoredRecord } from '../eventstore/port.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import { BatchForTarget, isPoison, type Target } from './apply.ts'
import { placeOf, type DeadLetter } from './dead-letters.ts'
import type { Forgotten } from './forgotten.ts'
import type { Projection } from './projection.ts'
import { decodeFor, type BuildContext } from './rebuild.ts'
import { createTables } from './tables.ts'
import { inProjection } from './transaction.ts'

const PREFIX = 'verify_'

/** Tables of a projection in a schema that nobody knows of, to be compared and dropped. */
export class Scratch {
  readonly schema: string
  readonly letters: DeadLetter[] = []
  readonly #context: Pick<BuildContext, 'pool' | 'facts'>
  readonly #target: Target
  readonly #forgotten: Forgotten
  #parked: ReadonlyMap<string, Position> = new Map()
  #checkpoint: Position = 0n

  private constructor(
    context: Pick<BuildContext, 'pool' | 'facts'>,
    projection: Projection,
    forgotten: Forgotten,
  ) {
    this.schema = `${PREFIX}${projection.name}_${randomBytes(4).toString('hex')}`
    this.#context = context
    this.#target = { projection, schema: this.schema }
    this.#forgotten = forgotten
  }

  /**
   * @param owner a connection that lives as long as the tables are wanted: when it is gone, so is what marks them as in
   *   use, and the next one who comes drops them
   */
  static async create(
    context: Pick<BuildContext, 'pool' | 'facts'>,
    owner: PoolClient,
    projection: Projection,
    forgotten: Forgotten,
  ): Promise<Scratch> {
    await dropAbandoned(context.pool)
    const scratch = new Scratch(context, projection, forgotten)
    await owner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [scratch.schema])
    await inProjection(context.pool, (client) => createTables(client, scratch.schema, projection))
    return scratch
  }

  get checkpoint(): Position {
    return this.#checkpoint
  }

  /** Applies a page in a transaction of its own. */
  async apply(page: readonly StoredRecord[]): Promise<void> {
    await inProjection(this.#context.pool, (client) => this.applyWith(client, page))
  }

  /** Applies a page, parking what cannot be applied as the live writer would. */
  async applyWith(client: PoolClient, page: readonly StoredRecord[]): Promise<void> {
    const { projection } = this.#target
    const decoded = await decodeFor(this.#context.facts, this.#forgotten, [{ projection }], page)
    const batch = decoded.filter((one) => placeOf(one).position > this.#checkpoint)
    const apply = (careful: boolean) =>
      new BatchForTarget(client, this.#target, this.#parked, careful).apply(batch)
    await client.query('SAVEPOINT page')
    const applied = await apply(false).catch(async (error: unknown) => {
      if (!isPoison(error)) throw error
      await client.query('ROLLBACK TO SAVEPOINT page')
      return apply(true)
    })
    this.#parked = applied.parked
    this.letters.push(...applied.letters)
    this.#checkpoint = page.at(-1)?.position ?? this.#checkpoint
  }

  async drop(): Promise<void> {
    await this.#context.pool.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`)
  }
}

/** Drops those of processes that were killed. */
export async function dropAbandoned(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace WHERE starts_with(nspname, $1)`,
    [PREFIX],
  )
  for (const { schema } of rows) {
    await inProjection(pool, async (client) => {
      const lock = await client.query<{ got: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS got',
        [schema],
      )
      if (lock.rows[0]?.got === true) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    })
  }
}
