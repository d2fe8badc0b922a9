import type { Decoded } from '../eventstore/log.ts'
import type { Position } from '../eventstore/port.ts'
import type { Db, PoolClient } from '../postgres/pool.ts'
import { eventCategory, eventOf } from '../events/streams.ts'
import type { Projection } from './projection.ts'

/** A fact that waits: it could not be applied, or one before it in its unit could not. */
export interface DeadLetter {
  readonly position: Position
  readonly unit: string
  readonly stream: string
  readonly revision: number
  readonly type: string
  /** Null when it only waits for one before it. */
  readonly error: string | null
}

/** Units with a fact that could not be applied, and the position from which on their facts wait. */
export type Parked = ReadonlyMap<string, Position>

interface Placed {
  readonly stream: string
  readonly position: Position
  readonly data: object
}

/** The parts of a record that are there whether or not it can be decoded. */
export function placeOf(decoded: Decoded): Placed & { readonly revision: number; readonly type: string } {
  return decoded.ok ? decoded.fact : decoded.record
}

/**
 * What waits together: a stream, or an event for a projection that says so. The stream of an event's answers holds every
 * guest, whose answers do not depend on each other here: there it is one guest's part, or the whole stream when a record
 * does not say whose it is.
 */
export function unitOf({ stream, data }: Placed, { waitsBy }: Pick<Projection, 'waitsBy'>): string {
  const event = eventOf(stream)
  if (waitsBy === 'event') return event === null ? stream : eventCategory(event.eventId)
  const answers = event?.guestId === null && stream.endsWith('-rsvps')
  if (!answers || !('guestId' in data) || typeof data.guestId !== 'string') return stream
  return `${stream}#${data.guestId}`
}

/** @returns the parked unit that a record belongs to, undefined when it can be applied */
export function waitsIn(
  parked: Parked,
  placed: Placed,
  projection: Pick<Projection, 'waitsBy'>,
): string | undefined {
  if (parked.size === 0) return undefined
  return [unitOf(placed, projection), placed.stream].find((unit) => {
    const since = parked.get(unit)
    return since !== undefined && since <= placed.position
  })
}

/** Longest error kept, in characters. */
const MAX_ERROR = 500

export function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, MAX_ERROR)
}

export async function readParked(db: Db, schema: string): Promise<Map<string, Position>> {
  const { rows } = await db.query<{ unit: string; since: string }>(
    `SELECT unit, min(position) AS since FROM projections.dead_letters WHERE schema = $1 GROUP BY unit`,
    [schema],
  )
  return new Map(rows.map((row) => [row.unit, BigInt(row.since)]))
}

export async function writeLetters(
  client: PoolClient,
  schema: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return
  await client.query(
    `INSERT INTO projections.dead_letters (schema, position, unit, stream, revision, type, error)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[])
     ON CONFLICT (schema, position) DO UPDATE SET error = excluded.error`,
    [
      schema,
      letters.map((letter) => String(letter.position)),
      letters.map((letter) => letter.unit),
      letters.map((letter) => letter.stream),
      letters.map((letter) => letter.revision),
      letters.map((letter) => letter.type),
      letters.map((letter) => letter.error),
    ],
  )
}

/** @returns letters after a position in log order */
export async function readLetters(
  db: Db,
  schema: string,
  after: Position,
  limit: number,
): Promise<DeadLetter[]> {
  const { rows } = await db.query<Omit<DeadLetter, 'position'> & { position: string }>(
    `SELECT position, unit, stream, revision, type, error FROM projections.dead_letters
     WHERE schema = $1 AND position > $2 ORDER BY position LIMIT $3`,
    [schema, String(after), limit],
  )
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }))
}

export async function deleteLetters(
  client: PoolClient,
  schema: string,
  positions: readonly Position[],
): Promise<void> {
  if (positions.length === 0) return
  await client.query(
    `DELETE FROM projections.dead_letters WHERE schema = $1 AND position = ANY ($2::bigint[])`,
    [schema, positions.map(String)],
  )
}
