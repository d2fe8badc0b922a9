import type { Position } from '../eventstore/port.ts'
import type { Db, PoolClient } from '../postgres/pool.ts'
import type { Projection } from './projection.ts'
import { createTables } from './tables.ts'

export type GenerationState = 'building' | 'active' | 'retired'

/** One set of tables of one version of a projection. */
export interface Generation {
  /** Name of the schema that holds its tables. */
  readonly schema: string
  readonly name: string
  readonly version: number
  readonly state: GenerationState
  readonly checkpoint: Position
  readonly epoch: number
  /** Why building it stopped, null while nothing is wrong. */
  readonly error: string | null
}

interface GenerationRow extends Omit<Generation, 'checkpoint'> {
  readonly checkpoint: string
}

const COLUMNS = 'schema, name, version, state, checkpoint, epoch, error'

const generationOf = (row: GenerationRow): Generation => ({ ...row, checkpoint: BigInt(row.checkpoint) })

/** @returns every generation of these projections, whatever its version, the newest first */
export async function readGenerations(db: Db, names: readonly string[]): Promise<Generation[]> {
  const { rows } = await db.query<GenerationRow>(
    `SELECT ${COLUMNS} FROM projections.generations WHERE name = ANY ($1)
     ORDER BY name, version DESC, generation DESC`,
    [names],
  )
  return rows.map(generationOf)
}

/** @returns the tables of this version that are read; undefined while it was never built */
export function activeOf(
  { name, version }: Projection,
  generations: readonly Generation[],
): Generation | undefined {
  return generations.find((one) => one.name === name && one.version === version && one.state === 'active')
}

/** Locks the generations of a version against every writer until the transaction ends. */
export async function lockGenerations(client: PoolClient, projection: Projection): Promise<Generation[]> {
  const { rows } = await client.query<GenerationRow>(
    `SELECT ${COLUMNS} FROM projections.generations WHERE name = $1 AND version = $2
     ORDER BY generation DESC FOR UPDATE`,
    [projection.name, projection.version],
  )
  return rows.map(generationOf)
}

/** Creates an empty set of tables beside those that exist. */
export async function createGeneration(client: PoolClient, projection: Projection): Promise<Generation> {
  const { name, version } = projection
  const { rows: last } = await client.query<{ generation: number }>(
    `SELECT coalesce(max(generation), 0)::int AS generation FROM projections.generations
     WHERE name = $1 AND version = $2`,
    [name, version],
  )
  const generation = (last[0]?.generation ?? 0) + 1
  const schema = `${name}_v${String(version)}${generation === 1 ? '' : `_g${String(generation)}`}`
  await client.query(
    `INSERT INTO projections.generations (schema, name, version, generation, state)
     VALUES ($1, $2, $3, $4, 'building')`,
    [schema, name, version, generation],
  )
  await createTables(client, schema, projection)
  return { schema, name, version, state: 'building', checkpoint: 0n, epoch: 0, error: null }
}

/** Somebody else has moved the checkpoint, or the generation is no longer the one to write. */
export class Fenced extends Error {
  constructor(schemas: readonly string[]) {
    super(`another writer has taken over ${schemas.join(', ')}`)
    this.name = 'Fenced'
  }
}

export interface CheckpointMove {
  readonly schema: string
  readonly state: GenerationState
  readonly epoch: number
  readonly from: Position
  readonly to: Position
}

/**
 * Moves checkpoints, all or none; the first statement of a transaction that writes rows. Rows stay locked until it
 * ends, so that of two writers one waits and then finds that it is too late.
 * @throws Fenced
 */
export async function moveCheckpoints(client: PoolClient, moves: readonly CheckpointMove[]): Promise<void> {
  const { rowCount } = await client.query({
    name: 'projections-move',
    text: `
      UPDATE projections.generations g SET checkpoint = m.next, error = NULL
      FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS m (schema, state, epoch, last, next)
      WHERE g.schema = m.schema AND g.state = m.state AND g.epoch = m.epoch AND g.checkpoint = m.last`,
    values: [
      moves.map((move) => move.schema),
      moves.map((move) => move.state),
      moves.map((move) => move.epoch),
      moves.map((move) => String(move.from)),
      moves.map((move) => String(move.to)),
    ],
  })
  if (rowCount !== moves.length) throw new Fenced(moves.map((move) => move.schema))
}

/** Makes `next` what readers read; the one before stays, as it is, for a rollback. */
export async function activate(client: PoolClient, next: Generation, checkpoint: Position): Promise<void> {
  await client.query(
    `UPDATE projections.generations SET state = 'retired', retired_at = now(), epoch = epoch + 1
     WHERE name = $1 AND version = $2 AND state = 'active'`,
    [next.name, next.version],
  )
  await client.query(
    `UPDATE projections.generations
     SET state = 'active', activated_at = now(), error = NULL, epoch = epoch + 1, checkpoint = $2 WHERE schema = $1`,
    [next.schema, String(checkpoint)],
  )
}

export async function recordFailure(db: Db, schema: string, error: string): Promise<void> {
  await db.query(`UPDATE projections.generations SET error = $2 WHERE schema = $1`, [schema, error])
}

/** Fences the live writer, which then reads again what is parked. */
export async function nextEpoch(client: PoolClient, schema: string): Promise<void> {
  await client.query(`UPDATE projections.generations SET epoch = epoch + 1 WHERE schema = $1`, [schema])
}

export async function dropGeneration(client: PoolClient, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await client.query(`DELETE FROM projections.generations WHERE schema = $1`, [schema])
}

/** Lets a build begin anew, in the same tables. Why it was stopped is kept. */
export async function emptyGeneration(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS table FROM pg_tables WHERE schemaname = $1`,
    [schema],
  )
  await client.query(`TRUNCATE ${rows.map(({ table }) => table).join(', ')}`)
  await client.query(
    'UPDATE projections.generations SET checkpoint = 0, epoch = epoch + 1 WHERE schema = $1',
    [schema],
  )
}

/** Drops every set of tables of every projection: their positions are those of another log. @returns their schemas */
export async function forgetAll(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ schema: string }>(
    'SELECT schema FROM projections.generations ORDER BY schema FOR UPDATE',
  )
  for (const { schema } of rows) await dropGeneration(client, schema)
  await client.query('UPDATE projections.forgotten SET position = NULL')
  return rows.map(({ schema }) => schema)
}
