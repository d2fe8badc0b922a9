import type { Position, StoredRecord } from '../eventstore/port.ts'
import { isDeepStrictEqual } from 'node:util'
import { DomainError } from '../kernel/errors.ts'
import { SECOND } from '../kernel/time.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { Forgotten } from './forgotten.ts'
import { activeOf, readGenerations, type Generation } from './generations.ts'
import type { Projection, Row } from './projection.ts'
import type { BuildContext, RebuildOptions } from './rebuild.ts'
import { Scratch } from './scratch.ts'

/** One row that is not what the log says. */
export interface RowDifference {
  readonly table: string
  readonly key: string
  /** `missing`: it should be there; `surplus`: it should not. */
  readonly kind: 'missing' | 'surplus' | 'changed'
  /** Of a changed row: what stands there and what should. Can be personal data. */
  readonly columns: readonly { readonly column: string; readonly kept: unknown; readonly replayed: unknown }[]
}

export interface ProjectionVerification {
  readonly projection: string
  /** Schema that is read. */
  readonly schema: string
  /** Both are compared as of this position. */
  readonly position: Position
  /** Facts read. */
  readonly facts: number
  /** Rows that were compared, of all tables. */
  readonly rows: number
  /** Rows that differ; the first `MOST_DIFFERENCES` of each table are in `differences`. */
  readonly different: number
  readonly differences: readonly RowDifference[]
  /** Facts that wait as dead letters, as kept and as replayed: where they are not the same, the rows cannot be. */
  readonly parked: { readonly kept: number; readonly replayed: number }
}

/** Differences that are kept of a table: enough to see what is wrong. */
const MOST_DIFFERENCES = 1_000

const PAGE_SIZE = 4_000

/**
 * Builds a projection from the whole log into tables of its own and compares them, row by row and column by column, with
 * those that are read, both as of the same position: a difference is a defect and never a delay. Nothing waits for it:
 * what is compared is a snapshot, and the live writer goes on beside.
 * @throws DomainError `projection_building` while it was never built; the reason of `options.signal`
 */
export async function verifyProjection(
  context: BuildContext,
  projection: Projection,
  options: RebuildOptions = {},
): Promise<ProjectionVerification> {
  const { pool } = context
  const owner = await pool.connect()
  try {
    const forgotten = await Forgotten.load(pool)
    const scratch = await Scratch.create(context, owner, projection, forgotten)
    try {
      const { checkpoint } = await readActive(owner, projection)
      const facts = await fill(context, projection, scratch, checkpoint, options)
      await owner.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      try {
        return { ...(await compare(context, owner, projection, scratch, facts)) }
      } finally {
        await owner.query('ROLLBACK')
      }
    } finally {
      await scratch.drop()
    }
  } finally {
    owner.release(true)
  }
}

async function readActive(db: PoolClient, projection: Projection): Promise<Generation> {
  const { name } = projection
  const active = activeOf(projection, await readGenerations(db, [name]))
  if (active !== undefined) return active
  throw new DomainError('unavailable', 'projection_building', `${name} was never built.`)
}

/** @returns facts read */
async function fill(
  { facts }: BuildContext,
  { name: projection }: Projection,
  scratch: Scratch,
  upTo: Position,
  { signal, onProgress, pageSize = PAGE_SIZE }: RebuildOptions,
): Promise<number> {
  const started = Date.now()
  let count = 0
  let writing: Promise<void> = Promise.resolve()
  const report = (): void => {
    const seconds = Math.max(0.001, (Date.now() - started) / SECOND)
    const position = scratch.checkpoint
    const left = position === 0n ? null : (Number(upTo - position) / Number(position)) * seconds
    const factsPerSecond = Math.round(count / seconds)
    const { schema } = scratch
    onProgress?.({ projection, schema, position, head: upTo, facts: count, factsPerSecond, etaSeconds: left })
  }
  try {
    for await (const page of upToPosition(facts.all({ after: 0n, pageSize }), upTo)) {
      await writing
      signal?.throwIfAborted()
      writing = scratch.apply(page)
      writing.catch(() => undefined)
      count += page.length
      report()
    }
  } finally {
    await writing
  }
  report()
  return count
}

async function* upToPosition(
  pages: AsyncIterable<readonly StoredRecord[]>,
  upTo: Position,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  for await (const page of pages) {
    const wanted = page.filter(({ position }) => position <= upTo)
    if (wanted.length > 0) yield wanted
    if (wanted.length < page.length) return
  }
}

/** In a snapshot: what the live writer has applied since, applied to the scratch tables as well, then the comparison. */
async function compare(
  { facts }: BuildContext,
  client: PoolClient,
  projection: Projection,
  scratch: Scratch,
  filled: number,
): Promise<ProjectionVerification> {
  const { schema, checkpoint: position } = await readActive(client, projection)
  let count = filled
  for await (const page of upToPosition(facts.all({ after: scratch.checkpoint }), position)) {
    await scratch.applyWith(client, page)
    count += page.length
  }
  const total = { rows: 0, different: 0 }
  const differences: RowDifference[] = []
  for (const { name: table } of projection.tables) {
    const found = await differencesOf(client, table, schema, scratch.schema)
    total.rows += await countRows(client, `${schema}.${table}`)
    total.different += found.total
    differences.push(...found.differences)
  }
  const { rows: letters } = await client.query<{ position: string }>(
    'SELECT position FROM projections.dead_letters WHERE schema = $1',
    [schema],
  )
  const parked = { kept: letters.length, replayed: scratch.letters.length }
  return { projection: projection.name, schema, position, facts: count, ...total, differences, parked }
}

async function countRows(client: PoolClient, table: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
  return rows[0]?.n ?? 0
}

async function differencesOf(client: PoolClient, table: string, keptIn: string, replayedIn: string) {
  const { rows } = await client.query<{ key: string; kept: Row | null; replayed: Row | null; total: number }>(
    `SELECT key, to_jsonb(kept) AS kept, to_jsonb(replayed) AS replayed, count(*) OVER ()::int AS total
     FROM ${keptIn}.${table} AS kept FULL JOIN ${replayedIn}.${table} AS replayed USING (key)
     WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(replayed)
     ORDER BY key LIMIT ${String(MOST_DIFFERENCES)}`,
  )
  const differences = rows.map(({ key, kept, replayed }) => differenceOf(table, key, kept, replayed))
  return { total: rows[0]?.total ?? 0, differences }
}

function differenceOf(table: string, key: string, kept: Row | null, replayed: Row | null): RowDifference {
  if (kept === null) return { table, key, kind: 'missing', columns: [] }
  if (replayed === null) return { table, key, kind: 'surplus', columns: [] }
  const columns = Object.keys(replayed)
    .filter((column) => !isDeepStrictEqual(kept[column], replayed[column]))
    .map((column) => ({ column, kept: kept[column], replayed: replayed[column] }))
  return { table, key, kind: 'changed', columns }
}
