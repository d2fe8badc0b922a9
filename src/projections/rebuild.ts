import type { Decoded, Log as FactLog } from '../eventstore/log.ts'
import type { Position, StoredRecord } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { applyFacts, BatchForTarget, concerns, isPoison, type Target } from './apply.ts'
import { placeOf } from './dead-letters.ts'
import type { Forgotten } from './forgotten.ts'
import {
  activate,
  activeOf,
  lockGenerations,
  moveCheckpoints,
  recordFailure,
  type Generation,
} from './generations.ts'
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
  /** Told of each projection after each page. */
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

/** Most facts applied while the live writer is held up by a swap: some tens of milliseconds. */
const MAX_HELD_UP = 500

export type SwapOutcome = 'done' | 'live_is_behind' | 'live_is_far_ahead'

/** One generation that nobody reads, on its way to the end of the log. */
export class Build {
  readonly #context: BuildContext
  readonly #target: Target
  readonly #generation: Generation
  readonly #onProgress: RebuildOptions['onProgress']
  readonly #forgotten: Forgotten
  #checkpoint: Position
  #count = 0
  #stopped: RebuildStopped | undefined
  #begun = { at: 0, position: 0n, count: 0 }

  constructor(
    context: BuildContext,
    projection: Projection,
    generation: Generation,
    forgotten: Forgotten,
    onProgress?: RebuildOptions['onProgress'],
  ) {
    this.#context = context
    this.#generation = generation
    this.#target = { projection, schema: generation.schema }
    this.#forgotten = forgotten
    this.#onProgress = onProgress
    this.#checkpoint = generation.checkpoint
  }

  get projection(): Projection {
    return this.#target.projection
  }

  get schema(): string {
    return this.#generation.schema
  }

  get checkpoint(): Position {
    return this.#checkpoint
  }

  /** Facts read since it was begun or resumed. */
  get facts(): number {
    return this.#count
  }

  /** Why it cannot go on; undefined while it can. */
  get stopped(): RebuildStopped | undefined {
    return this.#stopped
  }

  /** From here on the rate is measured. */
  begin(): void {
    this.#begun = { at: Date.now(), position: this.#checkpoint, count: this.#count }
  }

  /**
   * Applies what it wants of a page, in one transaction; facts it has already are left out. A fact that cannot be
   * applied stops this build: see `stopped`.
   * @param decoded those of the page that some build wants
   */
  async write(page: readonly StoredRecord[], decoded: readonly Decoded[]): Promise<void> {
    const to = page.at(-1)?.position ?? 0n
    const from = this.#checkpoint
    if (to <= from || this.#stopped !== undefined) return
    const mine = this.#wanted(decoded)
    try {
      requireReadable(this.schema, mine)
      await inProjection(this.#context.pool, async (client) => {
        await this.#move(client, to)
        await this.#applyTo(client, mine)
      })
    } catch (error) {
      const judged = await this.#judged(error, mine)
      if (judged instanceof RebuildStopped) return
      throw judged
    }
    this.#checkpoint = to
    this.#count += page[0] !== undefined && page[0].position > from ? page.length : newer(page, from)
  }

  /**
   * Holds up the live writer, applies what it is ahead by, and changes what readers read: one transaction, so that
   * nobody sees a gap or goes back in time.
   * @param patient whether a writer that is behind is waited for: what readers get to see by a swap alone, the live feed
   *   does not tell
   * @throws RebuildStopped
   */
  async swap(patient: boolean): Promise<SwapOutcome> {
    let decoded: readonly Decoded[] = []
    try {
      return await inProjection(this.#context.pool, async (client) => {
        const generations = await lockGenerations(client, this.projection)
        const live = activeOf(this.projection, generations)?.checkpoint ?? this.#checkpoint
        if (patient && live < this.#checkpoint) return 'live_is_behind'
        const position = live > this.#checkpoint ? live : this.#checkpoint
        const missing = await this.#upTo(position)
        if (missing === undefined) return 'live_is_far_ahead'
        decoded = await this.#decode(missing)
        requireReadable(this.schema, decoded)
        await this.#makeActive(client, decoded, position)
        return 'done'
      })
    } catch (error) {
      throw await this.#judged(error, decoded)
    }
  }

  async #makeActive(client: PoolClient, decoded: readonly Decoded[], position: Position): Promise<void> {
    await this.#move(client, position)
    await this.#applyTo(client, decoded)
    await activate(client, this.#generation, position)
    await announceGenerations(client, this.#context.origin)
  }

  /** @param head of the log, as it was when the reading began */
  report(head: Position): void {
    const { at, position, count } = this.#begun
    const seconds = Math.max(0.001, (Date.now() - at) / SECOND)
    const moved = Number(this.#checkpoint - position)
    this.#onProgress?.({
      projection: this.projection.name,
      schema: this.schema,
      position: this.#checkpoint,
      head,
      facts: this.#count,
      factsPerSecond: Math.round((this.#count - count) / seconds),
      etaSeconds: moved === 0 ? null : Math.max(0, (Number(head - this.#checkpoint) / moved) * seconds),
    })
  }

  async #decode(records: readonly StoredRecord[]): Promise<readonly Decoded[]> {
    return this.#wanted(await decodeFor(this.#context.facts, this.#forgotten, [this], records))
  }

  #wanted(decoded: readonly Decoded[]): readonly Decoded[] {
    return decoded.filter((one) => {
      const { position, type } = placeOf(one)
      return position > this.#checkpoint && concerns(this.projection, type)
    })
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

  /** @returns the error, or, when a fact is to blame, that this build is stopped by it, which is kept */
  async #judged(error: unknown, decoded: readonly Decoded[]): Promise<unknown> {
    const stopped = isPoison(error) ? await this.#poisonIn(decoded) : error
    if (!(stopped instanceof RebuildStopped)) return error
    this.#stopped = stopped
    this.#context.log.error({ projection: this.schema }, stopped.message)
    await recordFailure(this.#context.pool, this.schema, stopped.message)
    return stopped
  }

  /** Finds the fact by halving the page, in a transaction that ends with its connection: whatever fails, none of it stays. */
  async #poisonIn(decoded: readonly Decoded[]): Promise<RebuildStopped | undefined> {
    const client = await this.#context.pool.connect()
    try {
      await client.query('BEGIN')
      const { letters } = await new BatchForTarget(client, this.#target, new Map(), true).apply(decoded)
      const [first] = letters
      const poison = decoded.find((one) => placeOf(one).position === first?.position)
      return poison && new RebuildStopped(this.schema, poison, first?.error)
    } finally {
      client.release(true)
    }
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
}

/** Decodes, once, what some of the builds want of some records; a record that cannot be read is theirs to judge. */
export async function decodeFor(
  facts: Pick<FactLog, 'decode'>,
  forgotten: Forgotten,
  builds: readonly Pick<Build, 'projection'>[],
  records: readonly StoredRecord[],
): Promise<readonly Decoded[]> {
  const wanted = records.filter(({ type }) => builds.some(({ projection }) => concerns(projection, type)))
  return forgotten.redact(await facts.decode(wanted))
}

function requireReadable(schema: string, decoded: readonly Decoded[]): void {
  for (const one of decoded) if (!one.ok) throw new RebuildStopped(schema, one, one.error)
}

function newer(page: readonly StoredRecord[], than: Position): number {
  return page.filter(({ position }) => position > than).length
}
