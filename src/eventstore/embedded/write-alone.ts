import type { PoolClient } from '../../postgres/pool.ts'
import type { EncodedAppend } from '../encode.ts'
import { evaluate, type LogState } from './evaluate.ts'
import { columnsOf, type Mark, type WrittenBatch } from './write-batch.ts'

/**
 * Moves the head and inserts, if the log is still as the mark says, no stream of the batch is tombstoned, and the
 * revisions that its appends expect exist. A writer that waits here for another finds the head moved and does nothing.
 * What the conditions do not say, the constraints do: a stream that is further than expected has the revision already,
 * and a fact that is a retry has its id.
 */
const WRITE = `
  WITH moved AS (
    UPDATE eventstore.head SET position = $9
    WHERE position = $10 AND tombstones = $11
      AND NOT EXISTS (SELECT FROM eventstore.tombstones WHERE stream = ANY ($2::text[]))
      AND (
        SELECT count(*) FROM unnest($12::text[], $13::integer[]) AS expected (stream, revision)
        JOIN eventstore.events e USING (stream, revision)
      ) = cardinality($12::text[])
    RETURNING (extract(epoch from clock_timestamp()) * 1000)::bigint AS now_ms
  ), inserted AS (
    INSERT INTO eventstore.events (position, stream, category, revision, id, type, data, metadata, created)
    SELECT facts.*, to_timestamp(moved.now_ms::float8 / 1000)
    FROM moved, unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::uuid[], $6::text[], $7::text[], $8::text[])
      AS facts
  )
  SELECT now_ms FROM moved`

/** SQLSTATE unique_violation. */
const TAKEN = '23505'

/**
 * Writes a batch in one statement, that is in one round trip, on the assumption that nobody else wrote since `mark` and
 * that all its appends expect the truth. Most batches of most installations are like that.
 * @returns undefined when the assumption does not hold or does not say enough: nothing is written, ask `writeBatch`
 */
export async function writeAlone(
  client: PoolClient,
  batch: readonly EncodedAppend[],
  mark: Mark,
): Promise<WrittenBatch | undefined> {
  const state = assumed(batch, mark)
  if (state === undefined) return undefined
  const { outcomes, placed } = evaluate(batch, state)
  const last = placed.at(-1)
  // What is refused is not inserted, so no constraint tells whether it is a retry.
  if (last === undefined || outcomes.some(({ accepted }) => !accepted)) return undefined
  const expected = [...state.lastRevisions]
  try {
    const { rows } = await client.query<{ now_ms: string }>({
      name: 'eventstore-write-alone',
      text: WRITE,
      values: [
        ...columnsOf(placed),
        String(last.position),
        String(mark.position),
        mark.tombstones,
        expected.map(([stream]) => stream),
        expected.map(([, revision]) => revision),
      ],
    })
    const [written] = rows
    return written && { outcomes, placed, created: new Date(Number(written.now_ms)) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === TAKEN) return undefined
    throw error
  }
}

/** The log as it is if every first append to a stream expects the truth; undefined when one says nothing exact. */
function assumed(batch: readonly EncodedAppend[], mark: Mark): LogState | undefined {
  const lastRevisions = new Map<string, number>()
  const seen = new Set<string>()
  for (const { stream, expected } of batch) {
    if (seen.has(stream)) continue
    seen.add(stream)
    if (typeof expected === 'number') lastRevisions.set(stream, expected)
    else if (expected !== 'no_stream') return undefined
  }
  return { head: mark.position, lastRevisions, tombstones: new Set(), known: new Map() }
}
