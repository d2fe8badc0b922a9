import type { Position } from '../eventstore/port.ts'
import type { Log } from '../postgres/log.ts'
import type { Generation } from './generations.ts'
import type { Projection } from './projection.ts'

export interface ActivityNews {
  readonly eventId: string
  /** Everything of the event up to here can be read. */
  readonly position: Position
}

interface Waiter {
  readonly done: () => boolean
  readonly resolve: (reached: boolean) => void
}

interface Active {
  readonly schema: string
  readonly epoch: number
  checkpoint: Position
}

function readableOf(
  projections: readonly Projection[],
  generations: readonly Generation[],
): ReadonlyMap<string, Active> {
  const active = new Map<string, Active>()
  for (const { name, version } of projections) {
    const usable = generations.filter(
      (one) => one.name === name && one.state === 'active' && one.version <= version,
    )
    const newest = usable.toSorted((a, b) => b.version - a.version)[0]
    if (newest === undefined) continue
    const { schema, epoch, checkpoint } = newest
    active.set(name, { schema, epoch, checkpoint })
  }
  return active
}

/** What readers of this process know: which tables to read, and how far they are. */
export class Progress {
  readonly #projections: readonly Projection[]
  readonly #log: Log
  readonly #waiters = new Set<Waiter>()
  readonly #listeners = new Set<(news: ActivityNews) => void>()
  readonly #rewriteListeners = new Set<() => void>()
  /** By name of the projection. */
  #active: ReadonlyMap<string, Active> = new Map()
  #advances = 0

  constructor(projections: readonly Projection[], log: Log) {
    this.#projections = projections
    this.#log = log
  }

  /**
   * Takes over what the database says. Until the version of this release is built, the newest older one is read: most
   * new versions change what is computed, not what it is called.
   */
  async refresh(read: () => Promise<readonly Generation[]>): Promise<readonly Generation[]> {
    for (let attempt = 1; ; attempt++) {
      const advances = this.#advances
      const generations = await read()
      // What a writer told in the meantime may be newer than what was read; if it tells that often, it soon will again.
      if (advances !== this.#advances && attempt < 10) continue
      const before = this.#active
      this.#active = readableOf(this.#projections, generations)
      this.#wake()
      if (this.#rewrittenSince(before)) this.#tellAll(this.#rewriteListeners, undefined)
      return generations
    }
  }

  /** Takes over that a writer has committed. */
  advance(checkpoints: ReadonlyMap<string, Position>, events: Iterable<string>): void {
    this.#advances += 1
    let position: Position | undefined
    for (const one of this.#active.values()) {
      const checkpoint = checkpoints.get(one.schema)
      if (checkpoint === undefined) continue
      if (checkpoint > one.checkpoint) one.checkpoint = checkpoint
      position = checkpoint
    }
    if (position !== undefined) {
      for (const eventId of events) this.#tellAll(this.#listeners, { eventId, position })
    }
    this.#wake()
  }

  /** @returns the schema to read a projection from, undefined while it was never built */
  schemaOf(name: string): string | undefined {
    return this.#active.get(name)?.schema
  }

  /** Whether every projection can be read. */
  get built(): boolean {
    return this.#active.size === this.#projections.length
  }

  /** Everything up to here can be read from every projection; `BEGINNING` while one of them was never built. */
  get position(): Position {
    if (!this.built) return 0n
    let least: Position | undefined
    for (const { checkpoint } of this.#active.values()) {
      if (least === undefined || checkpoint < least) least = checkpoint
    }
    return least ?? 0n
  }

  /** @returns whether `position` could be read within the time, in milliseconds */
  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#wait(() => this.built && position <= this.position, timeoutMs)
  }

  /** @returns whether every projection could be read within the time, in milliseconds */
  waitUntilBuilt(timeoutMs: number): Promise<boolean> {
    return this.#wait(() => this.built, timeoutMs)
  }

  /** Answers everybody who waits: nothing will come any more. */
  giveUp(): void {
    for (const waiter of [...this.#waiters]) waiter.resolve(false)
  }

  #wait(done: () => boolean, timeoutMs: number): Promise<boolean> {
    if (done()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const waiter: Waiter = {
        done,
        resolve: (reached) => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          resolve(reached)
        },
      }
      const timer = setTimeout(() => {
        waiter.resolve(false)
      }, timeoutMs)
      this.#waiters.add(waiter)
    })
  }

  /** @returns a function that ends it */
  onActivity(listener: (news: ActivityNews) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /**
   * Tells that what was told of any event may be something else now: other tables are read, or facts that waited were
   * applied, under positions that lie behind. @returns a function that ends it
   */
  onRewritten(listener: () => void): () => void {
    this.#rewriteListeners.add(listener)
    return () => {
      this.#rewriteListeners.delete(listener)
    }
  }

  #rewrittenSince(before: ReadonlyMap<string, Active>): boolean {
    return this.#projections.some(({ name, announces }) => {
      const [old, now] = [before.get(name), this.#active.get(name)]
      if (announces === undefined || old === undefined) return false
      return old.schema !== now?.schema || old.epoch !== now.epoch
    })
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.done()) waiter.resolve(true)
    }
  }

  #tellAll<News>(listeners: ReadonlySet<(news: News) => void>, news: News): void {
    for (const listener of [...listeners]) {
      try {
        listener(news)
      } catch (error) {
        this.#log.error({ error: String(error) }, 'a listener to activity failed')
      }
    }
  }
}
