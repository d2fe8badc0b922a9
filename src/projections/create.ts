import { randomUUID } from 'node:crypto'
import type { Log as FactLog } from '../eventstore/log.ts'
import type { EventStore, Position } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import { listen, type Listener } from '../postgres/listen.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool } from '../postgres/pool.ts'
import { CHANNEL, parseAnnouncement } from './announcements.ts'
import { Builder, type Built } from './builder.ts'
import { readGenerations } from './generations.ts'
import { LiveWriter } from './live.ts'
import { Progress, type ActivityNews } from './progress.ts'
import type { Projection } from './projection.ts'
import { createQueries } from './queries/create.ts'
import type { ReadModelQueries } from './queries/types.ts'
import { createReader } from './reader.ts'
import type { RebuildOptions } from './rebuild.ts'
import { namedIn, projections as all } from './registry.ts'
import { retryDeadLetters, type RetryOutcome } from './retry.ts'
import { readStatus, type ProjectionStatus } from './status.ts'

export { migrations } from './schema.ts'

export interface ProjectionsOptions {
  /** A database where `migrations` were applied. Up to 4 connections are used, one more for each rebuild. */
  readonly pool: Pool
  /** URL of the same database, for a connection that listens. */
  readonly connectionString: string
  readonly log: FactLog
  readonly store: EventStore
  readonly logger: Log
  /** Whether this process may write the projections (default), or only reads what another process writes. */
  readonly write?: boolean
  /** Default: those of the product. */
  readonly projections?: readonly Projection[]
}

/** How long a start waits for projections that were never built, in milliseconds; an empty log takes a tenth of it. */
const FIRST_BUILD = 10 * SECOND

/** The read models: kept up to date in the background, read through `queries`. */
export interface Projections {
  readonly queries: ReadModelQueries
  /**
   * Begins to follow the log, and builds what was never built.
   * @returns once every projection can be read, or after 10 s when building takes longer
   */
  start(): Promise<void>
  /** Finishes the batch under way; a rebuild under way is left to go on after the next start. */
  stop(): Promise<void>
  /** Everything up to here can be read from every projection. */
  position(): Position
  /** @returns whether that position could be read within the time, in milliseconds */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
  /** Tells when the live feed of an event has something new. @returns a function that ends it */
  onActivity(listener: (news: ActivityNews) => void): () => void
  /** Tells that what was told of any event may be something else now. @returns a function that ends it */
  onRewritten(listener: () => void): () => void
  status(): Promise<ProjectionStatus[]>
  /** Facts per second that this process applied live in the last 10 s. */
  rate(): number
  /** Builds a projection anew beside the tables in use and swaps. @throws RebuildStopped */
  rebuild(name: string, options?: RebuildOptions): Promise<Built>
  /** Swaps back to the tables before the last swap, brought up to date. */
  rollback(name: string, options?: RebuildOptions): Promise<Built>
  /** Drops the tables that nobody reads. @returns their schemas */
  dropOld(name: string): Promise<string[]>
  /** Tries again what is parked. */
  retry(name: string): Promise<RetryOutcome>
}

export function createProjections(options: ProjectionsOptions): Projections {
  const { pool, connectionString, log: facts, store, logger: log, write = true, projections = all } = options
  const origin = randomUUID()
  const names = projections.map(({ name }) => name)
  const progress = new Progress(projections, log)
  const refresh = async (): Promise<void> => {
    await progress.refresh(() => readGenerations(pool, names))
  }
  let stopped = false
  const changed = (): void => {
    if (stopped) return
    live.restart()
    refresh().catch((error: unknown) => {
      log.warn({ error: String(error) }, 'it cannot be read which tables are active')
    })
  }
  const builder = new Builder({ pool, facts, log, origin }, changed)
  const live = new LiveWriter({
    pool,
    facts,
    store,
    log,
    projections,
    progress,
    origin,
    onMissing: (projection) => {
      builder.ensureBuilt(projection)
    },
    onParked: ({ name }) => {
      // What one release could not read the next one can.
      retry(name).catch((error: unknown) => {
        log.warn({ projection: name, error: String(error) }, 'parked facts were not tried again')
      })
    },
  })
  const named = namedIn(projections)
  const retry = async (name: string): Promise<RetryOutcome> => {
    const outcome = await retryDeadLetters({ pool, facts, log, origin, store }, named(name))
    changed()
    return outcome
  }
  const hear = (payload: string): void => {
    const announcement = parseAnnouncement(payload)
    if (announcement === undefined || announcement.origin === origin) return
    const checkpoints = Object.entries(announcement.checkpoints)
    progress.advance(
      new Map(checkpoints.map(([schema, position]) => [schema, BigInt(position)])),
      announcement.events,
    )
    if (announcement.generations) changed()
  }
  let listener: Listener | undefined
  return {
    queries: createQueries(createReader(pool, progress, refresh)),
    async start() {
      // What was told before it listened, or while it could not, is read.
      const onListening = changed
      listener ??= await listen({
        url: connectionString,
        channel: CHANNEL,
        log,
        onListening,
        onNotification: hear,
      })
      await refresh()
      if (write) live.start()
      if (!(await progress.waitUntilBuilt(FIRST_BUILD))) {
        log.warn({}, 'the read models are still being built; until then they cannot be read')
      }
    },
    async stop() {
      stopped = true
      progress.giveUp()
      await builder.stop()
      await live.stop()
      await listener?.stop()
      listener = undefined
    },
    position: () => progress.position,
    waitFor: (position, timeoutMs) => progress.waitFor(position, timeoutMs),
    onActivity: (callback) => progress.onActivity(callback),
    onRewritten: (callback) => progress.onRewritten(callback),
    status: () =>
      readStatus({
        pool,
        store,
        projections,
        writes: (projection) => live.writes(projection),
        running: (name) => builder.running(name),
      }),
    rate: () => live.rate.perSecond(),
    rebuild: async (name, rebuildOptions) => builder.rebuild(named(name), rebuildOptions),
    rollback: async (name, rebuildOptions) => builder.rollback(named(name), rebuildOptions),
    dropOld: async (name) => builder.dropOld(named(name)),
    retry,
  }
}
