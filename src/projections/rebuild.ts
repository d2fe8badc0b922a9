import { setTimeout as sleep } from 'node:timers/promises'
import type { Decoded, Log as FactLog } from '../eventstore/log.ts'
import type { Position, StoredRecord } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { applyFacts, BatchForTarget, concerns, isPoison, type Target } from './apply.ts'
import { placeOf } from './dead-letters.ts'
import type { Forgotten } from './forgotten.ts'
import { activate, lockGenerations, moveCheckpoints, recordFailure, type Generation } from './generations.ts'
import type { Projection } from './projection.ts'
import { inProjection } from './transaction.ts'

export interface RebuildProgress {
  readonly projection: string
  readonly schema: string
  readonly position: Position
  readonly head: Position
  /** Facts read since this rebuild was begun or resumed. */
  readonly facts: number
  readonly factsPerSecond: number
  /** Estimated from positions; null before the first page. */
  readonly etaSeconds: number | null
}

export interface RebuildOptions {
  /** Stops it after the page under way; called again, it goes on from there. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined
  /** Records of one page and of one transaction, default 4,000: round trips no longer count, some MB of memory. */
  readonly pageSize?: number | undefined
}

/** A fact that cannot be applied: the tables in use stay as they are, the new ones stop before it. */
export class RebuildStopped extends Error {
  readonly position: Position
  readonly stream: string

  constructor(projection: string, one: Decoded, cause: unknown) {
    const { position, stream, revision, type } = placeOf(one)
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(
      `rebuilding ${projection} stopped at position ${String(position)} (${type}, ${stream}@${String(revision)}): ${reason}`,
      { cause },
    )
    this.name = 'RebuildStopped'
    this.position = position
    this.stream = stream
  }
}

export interface BuildContext {
  readonly pool: Pool
  readonly facts: FactLog
  readonly log: Log
  readonly origin: string
}

const PAGE_SIZE = 4_000

/** Most facts applied while the live writer is held up by a swap: some tens of milliseconds. */
const MAX_HELD_UP = 500

/** How long a swap waits for a live writer that is behind the new tables, in milliseconds; there may be none. */
const LIVE_BEHIND = 2 * SECOND

/** Brings one generation that nobody reads up to the end of the log. */
export class Build {
  readonly #context: BuildContext
  readonly #projection: Projection
  readonly #target: Target
  readonly #generation: Generation
  readonly #options: RebuildOptions
  readonly #forgotten: Forgotten
  #checkpoint: Position
  #count = 0

  constructor(
    context: BuildContext,
    projection: Projection,
    generation: Generation,
    forgotten: Forgotten,
    options: RebuildOptions,
  ) {
    this.#context = context
    this.#projection = projection
    this.#generation = generation
    this.#target = { projection, schema: generation.schema }
    this.#forgotten = forgotten
    this.#options = options
    this.#checkpoint = generation.checkpoint
  }

  /**
   * Reads the log to its end, then makes this generation the active one.
   * @returns facts read
   * @throws RebuildStopped at a fact that cannot be applied; the reason of `signal` when it aborts
   */
  async run(): Promise<number> {
    try {
      await this.#catchUp()
      const patientUntil = Date.now() + LIVE_BEHIND
      for (;;) {
        const outcome = await this.#swap(Date.now() < patientUntil)
        if (outcome === 'done') return this.#count
        if (outcome === 'live_is_behind') await sleep(10)
        else await this.#catchUp()
        this.#options.signal?.throwIfAborted()
      }
    } catch (error) {
      if (error instanceof RebuildStopped) {
        this.#context.log.error({ projection: this.#generation.schema }, error.message)
        await recordFailure(this.#context.pool, this.#generation.schema, error.message)
      }
      throw error
    }
  }

  async #catchUp(): Promise<void> {
    const { facts } = this.#context
    const begun = { at: Date.now(), position: this.#checkpoint, count: this.#count }
    const head = await facts.head()
    // A page is written while the next one is read and decoded.
    let writing: Promise<void> = Promise.resolve()
    const pageSize = this.#options.pageSize ?? PAGE_SIZE
    for await (const page of facts.all({ after: this.#checkpoint, pageSize })) {
      const decoded = await this.#decode(page)
      await writing
      this.#options.signal?.throwIfAborted()
      writing = this.#write(decoded, page)
      writing.catch(() => undefined)
      this.#report(begun, head)
    }
    await writing
    this.#report(begun, head)
  }

  async #decode(page: readonly StoredRecord[]): Promise<readonly Decoded[]> {
    const wanted = page.filter((record) => concerns(this.#projection, record.type))
    const decoded = this.#forgotten.redact(await this.#context.facts.decode(wanted))
    for (const one of decoded) {
      if (!one.ok) throw new RebuildStopped(this.#generation.schema, one, one.error)
    }
    return decoded
  }

  async #write(decoded: readonly Decoded[], page: readonly StoredRecord[]): Promise<void> {
    const to = page.at(-1)?.position ?? this.#checkpoint
    try {
      await inProjection(this.#context.pool, async (client) => {
        await this.#move(client, to)
        await this.#applyTo(client, decoded)
      })
    } catch (error) {
      if (isPoison(error)) await this.#stopAtPoison(decoded)
      throw error
    }
    this.#checkpoint = to
    this.#count += page.length
  }

  async #move(client: PoolClient, to: Position): Promise<void> {
    const { schema, state, epoch } = this.#generation
    await moveCheckpoints(client, [{ schema, state, epoch, from: this.#checkpoint, to }])
  }

  async #applyTo(client: PoolClient, decoded: readonly Decoded[]): Promise<void> {
    await this.#forgotten.keep(client, decoded)
    const facts = decoded.flatMap((one) => (one.ok ? [one.fact] : []))
    await applyFacts(client, this.#target, facts)
  }

  /** Finds the fact by halving the page, in a transaction that is rolled back. @throws RebuildStopped */
  async #stopAtPoison(decoded: readonly Decoded[]): Promise<void> {
    await inProjection(this.#context.pool, async (client) => {
      const { letters } = await new BatchForTarget(client, this.#target, new Map(), true).apply(decoded)
      const first = letters[0]
      const poison = decoded.find((one) => placeOf(one).position === first?.position)
      if (poison !== undefined) throw new RebuildStopped(this.#generation.schema, poison, first?.error)
    })
  }

  /**
   * Holds up the live writer, applies what it is ahead by, and changes what readers read: one transaction, so that
   * nobody sees a gap or goes back in time.
   * @param patient whether a writer that is behind is waited for: what readers get to see by a swap alone, the live feed
   *   does not tell
   */
  async #swap(patient: boolean): Promise<'done' | 'live_is_behind' | 'live_is_far_ahead'> {
    const { pool, origin } = this.#context
    return inProjection(pool, async (client) => {
      const generations = await lockGenerations(client, this.#projection)
      const live = generations.find((one) => one.state === 'active')?.checkpoint ?? this.#checkpoint
      if (patient && live < this.#checkpoint) return 'live_is_behind'
      const position = live > this.#checkpoint ? live : this.#checkpoint
      const missing = await this.#upTo(position)
      if (missing === undefined) return 'live_is_far_ahead'
      await this.#move(client, position)
      await this.#applyTo(client, await this.#decode(missing))
      await activate(client, this.#generation, position)
      await announceGenerations(client, origin)
      this.#checkpoint = position
      return 'done'
    })
  }

  /** @returns the records from the checkpoint up to a position, undefined when they are many */
  async #upTo(position: Position): Promise<readonly StoredRecord[] | undefined> {
    if (position === this.#checkpoint) return []
    for await (const page of this.#context.facts.all({ after: this.#checkpoint, pageSize: MAX_HELD_UP })) {
      const missing = page.filter((record) => record.position <= position)
      return missing.length === MAX_HELD_UP ? undefined : missing
    }
    return []
  }

  #report(begun: { at: number; position: Position; count: number }, head: Position): void {
    const seconds = Math.max(0.001, (Date.now() - begun.at) / SECOND)
    const moved = Number(this.#checkpoint - begun.position)
    this.#options.onProgress?.({
      projection: this.#projection.name,
      schema: this.#generation.schema,
      position: this.#checkpoint,
      head,
      facts: this.#count,
      factsPerSecond: Math.round((this.#count - begun.count) / seconds),
      etaSeconds: moved === 0 ? null : Math.max(0, (Number(head - this.#checkpoint) / moved) * seconds),
    })
  }
}
