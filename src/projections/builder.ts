import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '../kernel/errors.ts'
import { SECOND } from '../kernel/time.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { readParked } from './dead-letters.ts'
import { Forgotten } from './forgotten.ts'
import {
  createGeneration,
  dropGeneration,
  lockGenerations,
  type Generation,
  type GenerationState,
} from './generations.ts'
import type { Projection } from './projection.ts'
import {
  Build,
  RebuildStopped,
  type BuildContext,
  type RebuildOptions,
  type RebuildProgress,
} from './rebuild.ts'
import { inProjection } from './transaction.ts'

export interface Built {
  /** Schema that is read from now on. */
  readonly schema: string
  /** Facts read. */
  readonly facts: number
}

/** How often a process looks again at a build that another process does or that failed for want of a database. */
const RETRY_INTERVAL = 2 * SECOND

/** How long somebody who wants to build waits for somebody who may be about to finish, and between looks, in ms. */
const LOCK_WAIT = SECOND
const LOCK_POLL = 50

/** Builds, swaps and drops generations; one build a projection at a time, whatever the process. */
export class Builder {
  readonly #context: BuildContext
  readonly #onChange: () => void
  readonly #stopping = new AbortController()
  /** Being built in the background, or stopped by a fact: a new release or a person has to act then. */
  readonly #ensuring = new Set<string>()
  /** Builds of projections that were never built, one after the other. */
  #queue: Promise<void> = Promise.resolve()
  readonly #running = new Map<string, RebuildProgress | null>()

  /** @param onChange called after what readers read or writers write was changed */
  constructor(context: BuildContext, onChange: () => void) {
    this.#context = context
    this.#onChange = onChange
  }

  /** How far a build of this process is: undefined when there is none, null before its first page. */
  running(name: string): RebuildProgress | null | undefined {
    return this.#running.get(name)
  }

  /** Builds a projection that was never built, in the background, until it is done or stopped by a fact. */
  ensureBuilt(projection: Projection): void {
    const { name } = projection
    if (this.#ensuring.has(name)) return
    this.#ensuring.add(name)
    this.#queue = this.#queue.then(() => this.#ensure(projection))
  }

  /**
   * Builds the tables anew from the whole log beside those in use, then swaps them. A build that was stopped goes on
   * where it was.
   * @throws RebuildStopped, DomainError `rebuild_running`, or the reason of `options.signal`
   */
  async rebuild(projection: Projection, options: RebuildOptions = {}): Promise<Built> {
    return this.#build(projection, options, async (client) => {
      const generations = await lockGenerations(client, projection)
      return (
        generations.find((one) => one.state === 'building') ?? (await createGeneration(client, projection))
      )
    })
  }

  /**
   * Brings the tables in use before the last swap up to date and swaps back.
   * @throws DomainError `no_earlier_tables` when they were dropped or there never were any, `parked_facts` when they
   *   were left with facts that could not be applied
   */
  async rollback(projection: Projection, options: RebuildOptions = {}): Promise<Built> {
    return this.#build(projection, options, async (client) => {
      const { rows } = await client.query<{ schema: string }>(
        `SELECT schema FROM projections.generations WHERE name = $1 AND version = $2 AND state = 'retired'
         ORDER BY retired_at DESC, generation DESC LIMIT 1`,
        [projection.name, projection.version],
      )
      const earlier = (await lockGenerations(client, projection)).find(
        (one) => one.schema === rows[0]?.schema,
      )
      if (earlier === undefined) {
        throw new DomainError('conflict', 'no_earlier_tables', `${projection.name} has no earlier tables.`)
      }
      if ((await readParked(client, earlier.schema)).size === 0) return earlier
      // What follows a parked fact must not be applied before it.
      throw new DomainError(
        'conflict',
        'parked_facts',
        `${earlier.schema} has parked facts; rebuild instead.`,
      )
    })
  }

  /** Drops tables that nobody reads: of swaps before, of builds that were given up. @returns their schemas */
  async dropOld(projection: Projection): Promise<string[]> {
    return this.#alone(projection, () =>
      inProjection(this.#context.pool, async (client) => {
        const old = await this.#inState(client, projection, ['retired', 'building'])
        for (const { schema } of old) await dropGeneration(client, schema)
        return old.map((one) => one.schema)
      }),
    )
  }

  /** Stops builds after the page under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#queue
  }

  async #ensure(projection: Projection): Promise<void> {
    const { signal } = this.#stopping
    const options = { signal }
    while (!signal.aborted) {
      try {
        await this.#build(projection, options, async (client) => {
          const generations = await lockGenerations(client, projection)
          const found = generations.find((one) => one.state === 'active' || one.state === 'building')
          return found ?? (await createGeneration(client, projection))
        })
        this.#ensuring.delete(projection.name)
        return
      } catch (error) {
        if (error instanceof RebuildStopped || isAborted(signal)) return
        this.#context.log.warn(
          { projection: projection.name, error: String(error) },
          'a projection is not built yet',
        )
        await sleep(RETRY_INTERVAL, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #build(
    projection: Projection,
    options: RebuildOptions,
    choose: (client: PoolClient) => Promise<Generation>,
  ): Promise<Built> {
    return this.#alone(projection, async () => {
      const { pool, log } = this.#context
      const generation = await inProjection(pool, choose)
      // Another process was faster.
      if (generation.state === 'active') return { schema: generation.schema, facts: 0 }
      const onProgress = (progress: RebuildProgress): void => {
        this.#running.set(projection.name, progress)
        options.onProgress?.(progress)
      }
      this.#running.set(projection.name, null)
      try {
        const forgotten = await Forgotten.load(pool)
        const build = new Build(this.#context, projection, generation, forgotten, { ...options, onProgress })
        const facts = await build.run()
        log.info({ projection: generation.schema, facts }, 'a projection was built')
        return { schema: generation.schema, facts }
      } finally {
        this.#running.delete(projection.name)
      }
    }).finally(this.#onChange)
  }

  async #inState(
    client: PoolClient,
    projection: Projection,
    states: readonly GenerationState[],
  ): Promise<Generation[]> {
    const generations = await lockGenerations(client, projection)
    const found = generations.filter((one) => states.includes(one.state))
    if (found.length > 0) await announceGenerations(client, this.#context.origin)
    return found
  }

  /** @throws DomainError `rebuild_running` when somebody builds this projection already, here or elsewhere */
  async #alone<T>({ name, version }: Projection, work: () => Promise<T>): Promise<T> {
    const lock = `guestguard rebuild ${name} v${String(version)}`
    const client = await this.#context.pool.connect()
    try {
      await lockWithin(client, lock, LOCK_WAIT, name)
      const result = await work()
      await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock])
      return result
    } finally {
      // Closing the connection frees the lock too, after an error.
      client.release(true)
    }
  }
}

async function lockWithin(client: PoolClient, lock: string, wait: number, name: string): Promise<void> {
  for (let waited = 0; ; waited += LOCK_POLL) {
    const { rows } = await client.query<{ got: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got',
      [lock],
    )
    if (rows[0]?.got === true) return
    if (waited >= wait)
      throw new DomainError('conflict', 'rebuild_running', `${name} is being rebuilt already.`)
    await sleep(LOCK_POLL)
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
