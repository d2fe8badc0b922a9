import { setTimeout as sleep } from 'node:timers/promises'
import { isAborted } from '../eventstore/is-aborted.ts'
import { DomainError } from '../kernel/errors.ts'
import { SECOND } from '../kernel/time.ts'
import { LETS_GO_OF_LOCKS, type PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { readParked } from './dead-letters.ts'
import { Forgotten } from './forgotten.ts'
import { dropEarlierVersions, dropGenerations } from './drop.ts'
import { createGeneration, lockGenerations, type Generation } from './generations.ts'
import { buildLockName } from './locks.ts'
import type { Projection } from './projection.ts'
import { catchUp, swapIn } from './catch-up.ts'
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

/** Tables built beside those in use, which are read by nobody yet. */
export interface BuiltBeside extends Built {
  readonly projection: string
  /** Why it stopped before the end of the log, null when it did not. */
  readonly error: string | null
}

export interface BuildBesideOptions extends RebuildOptions {
  /** Gives up what an earlier build left, instead of going on with it. */
  readonly fromStart?: boolean
}

export interface DropOptions {
  /** Also tables of builds that were not swapped in. */
  readonly unfinished?: boolean
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
    return this.#buildAndSwap(projection, options, (client) => unfinishedOrNew(client, projection))
  }

  /**
   * Builds tables beside those in use, for `swap` to come; several projections with one reading of the log. A build that
   * was stopped goes on where it was; a fact that stops one projection does not stop the others.
   * @throws DomainError `rebuild_running`, or the reason of `options.signal`
   */
  async buildBeside(
    projections: readonly Projection[],
    options: BuildBesideOptions = {},
  ): Promise<BuiltBeside[]> {
    return this.#alone(projections, async () => {
      const generations = await inProjection(this.#context.pool, async (client) => {
        const chosen = new Map<Projection, Generation>()
        for (const projection of projections) {
          if (options.fromStart === true) await dropGenerations(client, projection, ['building'])
          chosen.set(projection, await unfinishedOrNew(client, projection))
        }
        return chosen
      })
      const { builds } = await this.#catchUp(generations, options)
      return builds.map(({ projection, schema, facts, stopped }) => ({
        projection: projection.name,
        schema,
        facts,
        error: stopped?.message ?? null,
      }))
    }).finally(this.#onChange)
  }

  /**
   * Makes what `buildBeside` has built what readers read, in one transaction, after applying what came since.
   * @throws DomainError `nothing_to_swap`, or as `rebuild`
   */
  async swap(projection: Projection, options: RebuildOptions = {}): Promise<Built> {
    return this.#buildAndSwap(projection, options, async (client) => {
      const building = (await lockGenerations(client, projection)).find((one) => one.state === 'building')
      if (building !== undefined) return building
      throw new DomainError('conflict', 'nothing_to_swap', `${projection.name} has no rebuilt tables.`)
    })
  }

  /**
   * Brings the tables in use before the last swap up to date and swaps back.
   * @throws DomainError `no_earlier_tables` when they were dropped or there never were any, `parked_facts` when they
   *   were left with facts that could not be applied
   */
  async rollback(projection: Projection, options: RebuildOptions = {}): Promise<Built> {
    return this.#buildAndSwap(projection, options, async (client) => {
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

  /**
   * Drops tables that nobody reads: of swaps before, and of versions before once this one is in use.
   * @returns their schemas
   */
  async dropOld(projection: Projection, { unfinished = false }: DropOptions = {}): Promise<string[]> {
    return this.#alone([projection], () =>
      inProjection(this.#context.pool, async (client) => {
        const states = unfinished ? (['retired', 'building'] as const) : (['retired'] as const)
        const old = await dropGenerations(client, projection, states)
        const earlier = await dropEarlierVersions(client, projection)
        if (old.length > 0) await announceGenerations(client, this.#context.origin)
        return [...old, ...earlier]
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
        await this.#buildAndSwap(projection, options, async (client) => {
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

  async #buildAndSwap(
    projection: Projection,
    options: RebuildOptions,
    choose: (client: PoolClient) => Promise<Generation>,
  ): Promise<Built> {
    return this.#alone([projection], async () => {
      const { pool, log } = this.#context
      const generation = await inProjection(pool, choose)
      const { schema } = generation
      // Another process was faster.
      if (generation.state === 'active') return { schema, facts: 0 }
      const { builds, forgotten } = await this.#catchUp(new Map([[projection, generation]]), options)
      for (const build of builds) await swapIn(this.#context, build, forgotten, options)
      const facts = builds[0]?.facts ?? 0
      log.info({ projection: schema, facts }, 'a projection was built')
      return { schema, facts }
    }).finally(this.#onChange)
  }

  async #catchUp(generations: ReadonlyMap<Projection, Generation>, options: RebuildOptions) {
    const forgotten = await Forgotten.load(this.#context.pool)
    const onProgress = (progress: RebuildProgress): void => {
      this.#running.set(progress.projection, progress)
      options.onProgress?.(progress)
    }
    const builds = [...generations].map(
      ([projection, generation]) => new Build(this.#context, projection, generation, forgotten, onProgress),
    )
    for (const { projection } of builds) this.#running.set(projection.name, null)
    try {
      await catchUp(this.#context, builds, forgotten, options)
    } finally {
      for (const { projection } of builds) this.#running.delete(projection.name)
    }
    return { builds, forgotten }
  }

  /** @throws DomainError `rebuild_running` when somebody builds one of these already, here or elsewhere */
  async #alone<T>(projections: readonly Projection[], work: () => Promise<T>): Promise<T> {
    const client = await this.#context.pool.connect()
    try {
      await client.query(LETS_GO_OF_LOCKS)
      for (const projection of projections) {
        await lockWithin(client, buildLockName(projection), LOCK_WAIT, projection.name)
      }
      const result = await work()
      await client.query('SELECT pg_advisory_unlock_all()')
      return result
    } finally {
      // Closing the connection frees the locks too, after an error.
      client.release(true)
    }
  }
}

/** @returns what an earlier build left, or an empty set of tables */
async function unfinishedOrNew(client: PoolClient, projection: Projection): Promise<Generation> {
  const generations = await lockGenerations(client, projection)
  return generations.find((one) => one.state === 'building') ?? (await createGeneration(client, projection))
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
