import type { PoolClient } from '../postgres/pool.ts'
import type { FoldedRow, TouchedKeys } from './fold.ts'
import type { Projection, Row, Table } from './projection.ts'
import { columnTypes } from './column-types.ts'

/** Room in each page, so that a changed row stays on its page and its indexes are left alone (HOT). */
const FILLFACTOR = 80

/** Creates the schema of one set of tables. */
export async function createTables(
  client: PoolClient,
  schema: string,
  projection: Projection,
): Promise<void> {
  await client.query(`CREATE SCHEMA ${schema}`)
  for (const table of projection.tables) {
    const columns = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`)
    await client.query(`
      CREATE TABLE ${schema}.${table.name} (
        key text COLLATE "C" PRIMARY KEY,
        position bigint NOT NULL,
        rsvps_position bigint NOT NULL,
        ${columns.join(',\n')}
      ) WITH (fillfactor = ${String(FILLFACTOR)})`)
    for (const index of table.indexes) {
      const of = typeof index === 'string' ? `(${index})` : `(${index.columns}) WHERE ${index.where}`
      await client.query(`CREATE INDEX ON ${schema}.${table.name} ${of}`)
    }
  }
}

/** @returns the rows that exist of those asked for, by key */
export async function loadRows(
  client: PoolClient,
  schema: string,
  table: Table,
  { keys, prefixes }: TouchedKeys,
): Promise<Map<string, FoldedRow>> {
  const rows = new Map<string, FoldedRow>()
  if (keys.size > 0) await load(client, rows, `${schema}.${table.name}`, table, 'key = ANY ($1)', [[...keys]])
  for (const prefix of prefixes) {
    // '0' follows '/' in the order of the key.
    const range = [prefix, `${prefix.slice(0, -1)}0`]
    await load(client, rows, `${schema}.${table.name}`, table, 'key >= $1 AND key < $2', range)
  }
  return rows
}

async function load(
  client: PoolClient,
  into: Map<string, FoldedRow>,
  from: string,
  table: Table,
  condition: string,
  values: unknown[],
): Promise<void> {
  const columns = Object.keys(table.columns)
  const { rows } = await client.query<Row & { key: string; position: string; rsvps_position: string }>({
    name: `load ${from} ${String(values.length)}`,
    text: `SELECT key, position, rsvps_position, ${columns.join(', ')} FROM ${from} WHERE ${condition}`,
    values,
    types: columnTypes,
  })
  for (const { key, position, rsvps_position, ...row } of rows) {
    into.set(key, { row: row, position: BigInt(position), rsvpsPosition: BigInt(rsvps_position) })
  }
}

/** Writes rows in one statement; one that is already further on in the table stays as it is. */
export async function writeRows(
  client: PoolClient,
  schema: string,
  table: Table,
  rows: readonly (readonly [key: string, row: FoldedRow])[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(table.columns)
  const all = ['key', 'position', 'rsvps_position', ...columns].join(', ')
  await client.query({
    name: `write ${schema}.${table.name}`,
    text: `INSERT INTO ${schema}.${table.name} AS t (${all})
     SELECT ${all} FROM json_to_recordset($1) AS r (
       key text, position bigint, rsvps_position bigint, ${recordTypes(table)})
     ON CONFLICT (key) DO UPDATE SET
       position = excluded.position,
       rsvps_position = excluded.rsvps_position,
       ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
     WHERE t.position <= excluded.position AND t.rsvps_position <= excluded.rsvps_position
       AND (t.position < excluded.position OR t.rsvps_position < excluded.rsvps_position)`,
    values: [jsonOf(rows)],
  })
}

/** Writes rows that were changed without coming any further in the log. */
export async function rewriteRows(
  client: PoolClient,
  schema: string,
  table: Table,
  rows: readonly (readonly [key: string, row: FoldedRow])[],
): Promise<void> {
  if (rows.length === 0) return
  const keys = rows.map(([key]) => key)
  await client.query(`DELETE FROM ${schema}.${table.name} WHERE key = ANY ($1)`, [keys])
  await writeRows(client, schema, table, rows)
}

function recordTypes(table: Table): string {
  return Object.entries(table.columns)
    .map(([name, type]) => `${name} ${type.replace(/ NOT NULL$/, '')}`)
    .join(', ')
}

/** NUL and half surrogate pairs, which PostgreSQL does not store. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i

function jsonOf(rows: readonly (readonly [string, FoldedRow])[]): string {
  const records = rows.map(([key, { row, position, rsvpsPosition }]) => ({
    ...row,
    key,
    position: String(position),
    rsvps_position: String(rsvpsPosition),
  }))
  const text = JSON.stringify(records)
  return UNSTORABLE.test(text) ? JSON.stringify(records, storable) : text
}

function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '\uFFFD').toWellFormed() : value
}
