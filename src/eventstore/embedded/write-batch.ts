import type { PoolClient } from '../../postgres/pool.ts'
import { SECOND } from '../../kernel/time.ts'
import type { EncodedAppend } from '../encode.ts'
import type { Position } from '../port.ts'
import { evaluate, type KnownFact, type LogState, type Outcome, type PlacedRecord } from './evaluate.ts'

/**
 * How long an answer to the log is waited for, in milliseconds: a little longer than the server takes for a statement at most,
 * below. A connection that has gone silent then gives way to another. Without it all appends of the process wait
 * behind the one under way, for as long as TCP does.
 */
export const ANSWER_WITHIN = 12 * SECOND

/**
 * Takes the write lock. The lock ends with the transaction, and a holder that stopped talking to the database is thrown
 * out after 10 s, so that one hung process cannot stop the others for longer than that. `clock_timestamp()` is read
 * after the lock was got: facts are stamped in the order of their positions. Read committed, whatever the database's
 * default is: the statements after the lock must see what its last holder wrote.
 */
const BEGIN_WITH_LOCK = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = '5s';
  SET LOCAL idle_in_transaction_session_timeout = '10s';
  SET LOCAL statement_timeout = '10s';
  SELECT position, tombstones FROM eventstore.head FOR UPDATE;
  SELECT (extract(epoch from clock_timestamp()) * 1000)::bigint AS now_ms;
`

/**
 * All that a batch is decided by, in one round trip: the last revision of its streams (no `id`), those that are
 * tombstoned (no `revision`), and the facts that have an id of the batch.
 */
const STATE = `
  SELECT wanted.stream, last.revision, NULL::uuid AS id, NULL::bigint AS position
  FROM unnest($1::text[]) AS wanted (stream)
  CROSS JOIN LATERAL (
    SELECT revision FROM eventstore.events e WHERE e.stream = wanted.stream ORDER BY e.revision DESC LIMIT 1
  ) AS last
  UNION ALL
  SELECT stream, NULL, NULL, NULL FROM eventstore.tombstones WHERE stream = ANY ($1::text[])
  UNION ALL
  SELECT stream, revision, id, position FROM eventstore.events WHERE id = ANY ($2::uuid[])`

type StateRow = [stream: string, revision: number | null, id: string | null, position: string | null]

/** One statement inserts and moves the head. */
const INSERT = `
  WITH inserted AS (
    INSERT INTO eventstore.events (position, stream, category, revision, id, type, data, metadata, created)
    SELECT *, to_timestamp($9::float8 / 1000)
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::uuid[], $6::text[], $7::text[], $8::text[])
  )
  UPDATE eventstore.head SET position = $10`

export interface WrittenBatch {
  readonly outcomes: readonly Outcome[]
  readonly placed: readonly PlacedRecord[]
  readonly created: Date
}

/** The log as one writer left it. While the table says the same, nobody else wrote or tombstoned. */
export interface Mark {
  readonly position: Position
  readonly tombstones: number
}

export interface LockedBatch extends WrittenBatch {
  readonly before: Mark
  readonly after: Mark
}

/**
 * Writes a batch of appends in one transaction. May be done again with the same batch after any error, also one that
 * leaves the commit in doubt: the lock waits for the lost transaction to end, and then its facts are either known, and
 * the appends are answered as retries, or they are not, and are written.
 */
export async function writeBatch(client: PoolClient, batch: readonly EncodedAppend[]): Promise<LockedBatch> {
  const { mark: before, nowMs } = await lock(client)
  const { outcomes, placed } = evaluate(batch, await readState(client, batch, before.position))
  if (placed.length > 0) await insert(client, placed, nowMs)
  await client.query(placed.length > 0 ? 'COMMIT' : 'ROLLBACK')
  const position = placed.at(-1)?.position ?? before.position
  return { outcomes, placed, created: new Date(nowMs), before, after: { ...before, position } }
}

/** Tombstones a stream, under the same lock as appends. */
export async function writeTombstone(client: PoolClient, stream: string): Promise<void> {
  await lock(client)
  await client.query('INSERT INTO eventstore.tombstones (stream) VALUES ($1) ON CONFLICT DO NOTHING', [
    stream,
  ])
  await client.query('UPDATE eventstore.head SET tombstones = tombstones + 1')
  await client.query('COMMIT')
}

async function lock(client: PoolClient): Promise<{ mark: Mark; nowMs: number }> {
  // Several statements in one string are one round trip; the driver then gives a result for each.
  const results = (await client.query(BEGIN_WITH_LOCK)) as unknown as { rows: Record<string, string>[] }[]
  const head = results.at(-2)?.rows[0]
  const nowMs = results.at(-1)?.rows[0]?.['now_ms']
  if (head?.['position'] === undefined || nowMs === undefined)
    throw new Error('eventstore.head has no row: run the migrations')
  const mark = { position: BigInt(head['position']), tombstones: Number(head['tombstones']) }
  return { mark, nowMs: Number(nowMs) }
}

async function readState(
  client: PoolClient,
  batch: readonly EncodedAppend[],
  head: Position,
): Promise<LogState> {
  const { rows } = await client.query<StateRow>({
    name: 'eventstore-state',
    text: STATE,
    values: [
      [...new Set(batch.map((append) => append.stream))],
      batch.flatMap((append) => append.records.map((record) => record.id)),
    ],
    rowMode: 'array',
  })
  const lastRevisions = new Map<string, number>()
  const tombstones = new Set<string>()
  const known = new Map<string, KnownFact>()
  for (const [stream, revision, id, position] of rows) {
    if (revision === null) tombstones.add(stream)
    else if (id === null || position === null) lastRevisions.set(stream, revision)
    else known.set(id, { stream, revision, position: BigInt(position) })
  }
  return { head, lastRevisions, tombstones, known }
}

async function insert(client: PoolClient, placed: readonly PlacedRecord[], nowMs: number): Promise<void> {
  await client.query({
    name: 'eventstore-insert',
    text: INSERT,
    values: [...columnsOf(placed), nowMs, String(placed.at(-1)?.position)],
  })
}

/** The parameters `$1` to `$8` of an insert: position, stream, category, revision, id, type, data, metadata. */
export function columnsOf(placed: readonly PlacedRecord[]): unknown[] {
  return [
    placed.map((record) => String(record.position)),
    placed.map((record) => record.stream),
    placed.map((record) => record.category ?? null),
    placed.map((record) => record.revision),
    placed.map((record) => record.id),
    placed.map((record) => record.type),
    placed.map((record) => record.data),
    placed.map((record) => record.metadata),
  ]
}
