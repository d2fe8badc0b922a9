import type { EventStore, Position } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { Db } from '../postgres/pool.ts'
import { readGenerations, type Generation } from './generations.ts'
import { buildersOf, writersOf, type Holder } from './locks.ts'
import type { Projection } from './projection.ts'
import type { RebuildProgress } from './rebuild.ts'

export interface ProjectionStatus {
  readonly name: string
  readonly version: number
  /** `failed`: building it stopped at a fact; `building`: it has never been built. Readers read only an active one. */
  readonly state: 'active' | 'building' | 'failed'
  /** Schema that is read, null while there is none. */
  readonly schema: string | null
  readonly checkpoint: Position
  readonly head: Position
  readonly lag: {
    /** Facts after the checkpoint: counted up to 1,000, beyond that estimated from the positions. */
    readonly facts: number
    readonly exact: boolean
    /** Age of the oldest fact after the checkpoint. */
    readonly seconds: number
  }
  /** Whether this process writes it. */
  readonly writer: boolean
  /** The process that writes it, null while none does. */
  readonly writtenBy: Holder | null
  readonly deadLetters: { readonly facts: number; readonly units: number; readonly firstError: string | null }
  /** The build under way in this process. */
  readonly rebuild: RebuildProgress | null
  /** Tables built beside those that are read, null when there are none: under way, stopped, or waiting to be swapped in. */
  readonly beside: {
    readonly schema: string
    readonly checkpoint: Position
    /** The process that builds them now, null when none does. */
    readonly builtBy: Holder | null
  } | null
  /** Why the last build stopped. */
  readonly error: string | null
  /** Schemas that nobody reads: of swaps before, of unfinished builds and of earlier versions. */
  readonly old: readonly string[]
}

export interface StatusContext {
  readonly pool: Db
  readonly store: Pick<EventStore, 'readAll' | 'head'>
  readonly projections: readonly Projection[]
  readonly writes: (projection: Projection) => boolean
  readonly running: (name: string) => RebuildProgress | null | undefined
}

/** Facts that are counted for an exact lag; one page. */
const COUNTED = 1_000

/** @returns one entry a projection */
export async function readStatus(context: StatusContext): Promise<ProjectionStatus[]> {
  const { pool, store, projections } = context
  const [generations, letters, head, writers, builders] = await Promise.all([
    readGenerations(
      pool,
      projections.map(({ name }) => name),
    ),
    readLetterCounts(pool),
    store.head(),
    writersOf(pool, projections),
    buildersOf(pool, projections),
  ])
  const lags = new Map<Position, Promise<ProjectionStatus['lag']>>()
  const lagAt = (checkpoint: Position): Promise<ProjectionStatus['lag']> => {
    const lag = lags.get(checkpoint) ?? lagOf(store, checkpoint, head)
    lags.set(checkpoint, lag)
    return lag
  }
  return Promise.all(
    projections.map(async (projection) => {
      const { name, version } = projection
      const own = generations.filter((one) => one.name === name && one.version === version)
      const active = own.find((one) => one.state === 'active')
      const building = own.find((one) => one.state === 'building')
      const checkpoint = active?.checkpoint ?? building?.checkpoint ?? 0n
      const parked = letters.get(active?.schema ?? '')
      return {
        name,
        version,
        state: stateOf(active, building),
        schema: active?.schema ?? null,
        checkpoint,
        head,
        lag: await lagAt(checkpoint),
        writer: context.writes(projection),
        writtenBy: writers.get(name) ?? null,
        deadLetters: parked ?? { facts: 0, units: 0, firstError: null },
        rebuild: context.running(name) ?? null,
        beside:
          building === undefined
            ? null
            : {
                schema: building.schema,
                checkpoint: building.checkpoint,
                builtBy: builders.get(name) ?? null,
              },
        error: building?.error ?? null,
        old: generations
          .filter((one) => one.name === name && one.version <= version && one !== active)
          .map((one) => one.schema),
      }
    }),
  )
}

function stateOf(
  active: Generation | undefined,
  building: Generation | undefined,
): ProjectionStatus['state'] {
  if (active !== undefined) return 'active'
  return building?.error == null ? 'building' : 'failed'
}

async function readLetterCounts(db: Db): Promise<Map<string, ProjectionStatus['deadLetters']>> {
  const { rows } = await db.query<{
    schema: string
    facts: number
    units: number
    firstError: string | null
  }>(
    `SELECT schema, count(*)::int AS facts, count(DISTINCT unit)::int AS units,
            (array_agg(error ORDER BY position) FILTER (WHERE error IS NOT NULL))[1] AS "firstError"
     FROM projections.dead_letters GROUP BY schema`,
  )
  return new Map(rows.map(({ schema, ...counts }) => [schema, counts]))
}

/** Reads one page: what is behind by more is extrapolated from how far that page reached. */
async function lagOf(
  store: StatusContext['store'],
  checkpoint: Position,
  head: Position,
): Promise<ProjectionStatus['lag']> {
  if (checkpoint >= head) return { facts: 0, exact: true, seconds: 0 }
  for await (const page of store.readAll({ after: checkpoint, pageSize: COUNTED })) {
    const first = page[0]
    const last = page.at(-1)
    if (first === undefined || last === undefined) continue
    const seconds = Math.max(0, (Date.now() - first.created.getTime()) / SECOND)
    if (page.length < COUNTED) return { facts: page.length, exact: true, seconds }
    const facts = Math.round((page.length * Number(head - checkpoint)) / Number(last.position - checkpoint))
    return { facts: Math.max(page.length, facts), exact: false, seconds }
  }
  return { facts: 0, exact: true, seconds: 0 }
}
