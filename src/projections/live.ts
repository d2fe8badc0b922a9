import { setTimeout as sleep } from 'node:timers/promises'
import type { Decoded, Log as FactLog } from '../eventstore/log.ts'
import type { EventStore, Position, SubscriptionMessage } from '../eventstore/port.ts'
import { supervise } from '../eventstore/subscription.ts'
import { MINUTE, SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool } from '../postgres/pool.ts'
import { announceProgress } from './announcements.ts'
import { BatchForTarget, concerns, concernsAny, isPoison, type Target } from './apply.ts'
import { placeOf, readParked, writeLetters, type DeadLetter, type Parked } from './dead-letters.ts'
import { Forgotten } from './forgotten.ts'
import { activeOf, moveCheckpoints, readGenerations, type Generation } from './generations.ts'
import { dropLeftBehind } from './left-behind.ts'
import { WriterLocks } from './locks.ts'
import type { Progress } from './progress.ts'
import type { Projection } from './projection.ts'
import { RateMeter } from './rate-meter.ts'
import { inProjection } from './transaction.ts'

export interface LiveWriterOptions {
  readonly pool: Pool
  readonly facts: FactLog
  readonly store: Pick<EventStore, 'subscribe'>
  readonly log: Log
  readonly projections: readonly Projection[]
  readonly progress: Progress
  /** Marks the announcements of this process. */
  readonly origin: string
  /** Called for a projection that this process writes and that has no tables yet. */
  readonly onMissing: (projection: Projection) => void
  /** Called for a projection that this process begins to write and of which facts are parked. */
  readonly onParked: (projection: Projection) => void
}

/** How often a process tries for the projections that another one writes: bounds a takeover, in milliseconds. */
const LOCK_INTERVAL = SECOND

/**
 * How often it is looked for tables that were left behind by what forgot a guest, in milliseconds: a build that is cut off
 * after the fact came leaves such tables.
 */
const LEFT_BEHIND_INTERVAL = MINUTE

/**
 * A batch of so many facts says that they come fast. The next one then waits so long, in milliseconds, and grows: a batch
 * costs a dozen statements, however many facts are in it. Facts that come at a guest's pace never wait.
 */
const BUSY_BATCH = 20
const LINGER = 20

interface LiveTarget extends Target {
  readonly epoch: number
  checkpoint: Position
  parked: Parked
}

/**
 * Keeps the projections that this process holds the locks of up to date: reads the log once for all of them, and
 * commits the rows and checkpoints of a batch in one transaction. Batches grow when facts come faster than they are
 * applied, because the subscription hands over all that has come meanwhile.
 */
export class LiveWriter {
  readonly rate = new RateMeter()
  readonly #options: LiveWriterOptions
  readonly #locks: WriterLocks
  readonly #stopping = new AbortController()
  #session = new AbortController()
  #targets: readonly LiveTarget[] = []
  readonly #begun = new Set<Projection>()
  #forgotten: Forgotten | undefined
  #running: Promise<void> | undefined

  constructor(options: LiveWriterOptions) {
    this.#options = options
    this.#locks = new WriterLocks(options.pool, options.log, () => {
      this.restart()
    })
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Finishes the batch under way and lets another process go on. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    this.#locks.release()
  }

  /** Begins again with what the database says about generations and what is parked. */
  restart(): void {
    this.#session.abort()
  }

  writes(projection: Projection): boolean {
    return this.#locks.held.has(projection)
  }

  async #run(): Promise<void> {
    const { store, log } = this.#options
    const acquiring = setInterval(() => void this.#acquireMore(), LOCK_INTERVAL)
    const dropping = setInterval(() => void this.#dropLeftBehind(), LEFT_BEHIND_INTERVAL)
    try {
      while (!this.#stopping.signal.aborted) {
        this.#session = new AbortController()
        const signal = AbortSignal.any([this.#stopping.signal, this.#session.signal])
        const apply = (batch: readonly SubscriptionMessage[]): Promise<void> => this.#apply(batch)
        await supervise({ store, log, signal, after: () => this.#begin(signal), apply })
      }
    } finally {
      clearInterval(acquiring)
      clearInterval(dropping)
    }
  }

  async #acquireMore(): Promise<void> {
    const { projections, log } = this.#options
    try {
      if (await this.#locks.acquire(projections)) this.restart()
    } catch (error) {
      log.warn({ error: String(error) }, 'the projection locks cannot be asked for')
    }
  }

  async #dropLeftBehind(): Promise<void> {
    if (this.#targets.length === 0) return
    try {
      await dropLeftBehind(this.#options, this.#forgotten?.last ?? 0n)
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, 'tables that were left behind cannot be dropped')
    }
  }

  /** @returns where to go on, once there is something to write; anything when `signal` aborts */
  async #begin(signal: AbortSignal): Promise<Position> {
    const { pool, projections, progress } = this.#options
    const names = projections.map(({ name }) => name)
    while (!signal.aborted) {
      await this.#locks.acquire(projections)
      const generations = await progress.refresh(() => readGenerations(pool, names))
      this.#targets = await this.#targetsOf(generations)
      this.#forgotten = await Forgotten.load(pool)
      const first = this.#targets
        .map((target) => target.checkpoint)
        .reduce<Position | undefined>(least, undefined)
      if (first !== undefined) {
        await dropLeftBehind(this.#options, this.#forgotten.last)
        return first
      }
      await sleep(LOCK_INTERVAL, undefined, { signal }).catch(() => undefined)
    }
    return 0n
  }

  async #targetsOf(generations: readonly Generation[]): Promise<LiveTarget[]> {
    const targets: LiveTarget[] = []
    for (const projection of this.#locks.held) {
      const active = activeOf(projection, generations)
      if (active === undefined) {
        this.#options.onMissing(projection)
        continue
      }
      const { schema, epoch, checkpoint } = active
      const parked = await readParked(this.#options.pool, schema)
      if (parked.size > 0 && !this.#begun.has(projection)) this.#options.onParked(projection)
      this.#begun.add(projection)
      targets.push({ projection, schema, epoch, checkpoint, parked })
    }
    return targets
  }

  async #apply(messages: readonly SubscriptionMessage[]): Promise<void> {
    const all = messages.flatMap((message) => (message.kind === 'fact' ? [message.record] : []))
    const records = all.filter((record) => concernsAny(this.#targets, record))
    const to = messages.map(positionOf).reduce((a, b) => (a > b ? a : b), 0n)
    if (this.#targets.every((target) => target.checkpoint >= to)) return
    const decoded = await this.#options.facts.decode(records)
    const before = this.#forgotten?.last ?? 0n
    const batch = this.#forgotten?.redact(decoded) ?? decoded
    const forgotten = this.#forgotten?.last ?? 0n
    // Before the fact counts as applied: killed in between, this is done again.
    if (forgotten > before) await dropLeftBehind(this.#options, forgotten)
    try {
      await this.#commit(batch, to, false)
    } catch (error) {
      if (!isPoison(error)) throw error
      await this.#commit(batch, to, true)
    }
    this.rate.add(all.length)
    if (all.length >= BUSY_BATCH) await sleep(LINGER)
  }

  async #commit(batch: readonly Decoded[], to: Position, careful: boolean): Promise<void> {
    const { pool, log, origin, progress } = this.#options
    const targets = this.#targets.filter((target) => target.checkpoint < to)
    const checkpoints = new Map(targets.map((target) => [target.schema, to]))
    const events = new Set<string>()
    const parked = new Map<LiveTarget, Parked>()
    const letters: (DeadLetter & { readonly projection: string })[] = []
    await inProjection(pool, async (client) => {
      await moveCheckpoints(
        client,
        targets.map(({ schema, epoch, checkpoint: from }) => ({ schema, state: 'active', epoch, from, to })),
      )
      await this.#forgotten?.keep(client, batch)
      for (const target of targets) {
        const wanted = batch.filter((one) => {
          const { position, type } = placeOf(one)
          return position > target.checkpoint && concerns(target.projection, type)
        })
        const applied = await new BatchForTarget(client, target, target.parked, careful).apply(wanted)
        await writeLetters(client, target.schema, applied.letters)
        letters.push(...applied.letters.map((letter) => ({ ...letter, projection: target.schema })))
        parked.set(target, applied.parked)
        for (const event of applied.events) events.add(event)
      }
      await announceProgress(client, origin, checkpoints, events)
    })
    for (const target of targets) {
      target.checkpoint = to
      target.parked = parked.get(target) ?? target.parked
    }
    progress.advance(checkpoints, events)
    for (const { position, ...letter } of letters) {
      if (letter.error === null) continue
      const correlationId = correlationOf(batch.find((one) => placeOf(one).position === position))
      log.error({ ...letter, position: String(position), correlationId }, 'a fact was parked')
    }
  }
}

const positionOf = (message: SubscriptionMessage): Position =>
  message.kind === 'fact' ? message.record.position : message.position

/** @returns what the log lines of the request that led to a fact bear too */
function correlationOf(decoded: Decoded | undefined): unknown {
  return decoded?.ok === true ? decoded.fact.correlationId : decoded?.record.metadata['$correlationId']
}

function least(a: Position | undefined, b: Position): Position {
  return a === undefined || b < a ? b : a
}
