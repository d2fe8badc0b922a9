import { randomUUID } from 'node:crypto'
import type { Log as FactLog } from '../eventstore/log.ts'
import type { EventStore, Position } from '../eventstore/port.ts'
import type { Log } from '../postgres/log.ts'
import type { Db, Pool } from '../postgres/pool.ts'
import {
  Builder,
  type BuildBesideOptions,
  type Built,
  type BuiltBeside,
  type DropOptions,
} from './builder.ts'
import { readLetters, type DeadLetter } from './dead-letters.ts'
import { activeOf, readGenerations, type GenerationState } from './generations.ts'
import type { Projection } from './projection.ts'
import type { RebuildOptions } from './rebuild.ts'
import { namedIn, projections as all } from './registry.ts'
import { retryDeadLetters, type RetryOutcome } from './retry.ts'
import { readStatus, type ProjectionStatus } from './status.ts'
import { verifyProjection, type ProjectionVerification } from './verify.ts'

export interface OperationsOptions {
  /** A database where `migrations` were applied. A rebuild of all takes one connection for each projection, and one more. */
  readonly pool: Pool
  readonly facts: FactLog
  readonly store: Pick<EventStore, 'readAll' | 'readStream' | 'head'>
  readonly log: Log
  /** Default: those of the product. */
  readonly projections?: readonly Projection[]
}

/** One set of tables. */
export interface GenerationInfo {
  readonly projection: string
  readonly version: number
  readonly schema: string
  readonly state: GenerationState
  readonly checkpoint: Position
  /** Tables and indexes. */
  readonly bytes: number
}

/** What ops does with projections beside the running product; nothing of it writes what is read but by a swap. */
export interface ProjectionOperations {
  readonly names: readonly string[]
  generations(): Promise<GenerationInfo[]>
  status(): Promise<ProjectionStatus[]>
  /** See `Builder.buildBeside`. */
  rebuild(names: readonly string[], options?: BuildBesideOptions): Promise<BuiltBeside[]>
  /** See `Builder.swap`. */
  swap(name: string, options?: RebuildOptions): Promise<Built>
  /** See `Builder.rollback`. */
  rollback(name: string, options?: RebuildOptions): Promise<Built>
  /** See `Builder.dropOld`. */
  dropOld(name: string, options?: DropOptions): Promise<string[]>
  /** The first of the facts that wait, in the order of the log. */
  deadLetters(name: string, limit: number): Promise<DeadLetter[]>
  retry(name: string): Promise<RetryOutcome>
  verify(name: string, options?: RebuildOptions): Promise<ProjectionVerification>
}

export function createOperations(options: OperationsOptions): ProjectionOperations {
  const { pool, facts, store, log, projections = all } = options
  const context = { pool, facts, log, origin: randomUUID() }
  // This process reads and writes nothing live: whoever does hears of a change by the announcement.
  const builder = new Builder(context, () => undefined)
  const named = namedIn(projections)
  return {
    names: projections.map(({ name }) => name),
    generations: () => generationsOf(pool, projections),
    status: () =>
      readStatus({
        pool,
        store,
        projections,
        writes: () => false,
        running: (name) => builder.running(name),
      }),
    rebuild: (names, build) => builder.buildBeside(names.map(named), build),
    swap: async (name, swap) => builder.swap(named(name), swap),
    rollback: async (name, rollback) => builder.rollback(named(name), rollback),
    dropOld: async (name, drop) => builder.dropOld(named(name), drop),
    async deadLetters(name, limit) {
      const active = activeOf(named(name), await readGenerations(pool, [name]))
      return active === undefined ? [] : readLetters(pool, active.schema, 0n, limit)
    },
    retry: async (name) => retryDeadLetters({ ...context, store }, named(name)),
    verify: async (name, verify) => verifyProjection(context, named(name), verify),
  }
}

async function generationsOf(db: Db, projections: readonly Projection[]): Promise<GenerationInfo[]> {
  const generations = await readGenerations(
    db,
    projections.map(({ name }) => name),
  )
  const { rows } = await db.query<{ schema: string; bytes: string }>(
    `SELECT n.nspname AS schema, sum(pg_total_relation_size(c.oid)) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = ANY ($1) GROUP BY 1`,
    [generations.map(({ schema }) => schema)],
  )
  const bytes = new Map(rows.map((row) => [row.schema, Number(row.bytes)]))
  return generations.map(({ name: projection, version, schema, state, checkpoint }) => ({
    projection,
    version,
    schema,
    state,
    checkpoint,
    bytes: bytes.get(schema) ?? 0,
  }))
}
