import type { Log } from '../src/eventstore/log.ts'
import { SECOND } from '../src/kernel/time.ts'
import type { Pool } from '../src/postgres/pool.ts'
import type { Projection } from '../src/projections/projection.ts'
import { createTables, loadRows, writeRows } from '../src/projections/tables.ts'

/** As a rebuild does. */
const PAGE = 4_000

/**
 * The least that a rebuild can cost: reads the log in the same pages and writes the rows as they will be in the end, with
 * multi-row statements. No decoding, no folding, no reading of rows.
 * @returns facts a second
 */
export async function bareRate(pool: Pool, log: Log, projections: readonly Projection[]): Promise<number> {
  const client = await pool.connect()
  const schemaOf = ({ name }: Projection) => `bare_${name}`
  const drop = async () => {
    for (const projection of projections)
      await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(projection)} CASCADE`)
  }
  try {
    await drop()
    const finished = []
    for (const projection of projections) {
      await createTables(client, schemaOf(projection), projection)
      const active = `${projection.name}_v${String(projection.version)}`
      for (const table of projection.tables) {
        const { rows } = await client.query<{ key: string }>(`SELECT key FROM ${active}.${table.name}`)
        const keys = new Set(rows.map(({ key }) => key))
        const all = await loadRows(client, active, table, { keys, prefixes: new Set() })
        finished.push({ schema: schemaOf(projection), table, rows: [...all] })
      }
    }
    const counted = await pool.query<{ n: string }>('SELECT count(*) AS n FROM eventstore.events')
    const total = Number(counted.rows[0]?.n)
    const start = performance.now()
    let read = 0
    for await (const page of log.all({ after: 0n, pageSize: PAGE })) {
      await client.query('BEGIN; SET LOCAL synchronous_commit TO off')
      for (const { schema, table, rows } of finished) {
        const from = Math.floor((rows.length * read) / total)
        const to = Math.floor((rows.length * (read + page.length)) / total)
        await writeRows(client, schema, table, rows.slice(from, to))
      }
      await client.query('COMMIT')
      read += page.length
    }
    return (read / (performance.now() - start)) * SECOND
  } finally {
    await drop()
    client.release()
  }
}
