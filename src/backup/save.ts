import { createHash } from 'node:crypto'
import { copyOut } from '../postgres/copy.ts'
import type { Db, Pool, PoolClient } from '../postgres/pool.ts'
import {
  END_OF_ROWS,
  FORMAT,
  FORMAT_VERSION,
  nameOf,
  rowsIn,
  type Header,
  type PackedMasterKeys,
  type SavedTable,
} from './format.ts'
import { tablesToSave } from './tables.ts'

export interface SaveOptions {
  readonly pool: Pool
  readonly masterKeys: PackedMasterKeys
  /** ISO 8601. */
  readonly createdAt: string
  readonly signal: AbortSignal
  /** Told after each piece of a table. */
  readonly onProgress?: (table: string, rows: number) => void
}

export interface Saved {
  readonly position: string
  readonly rows: Readonly<Record<string, number>>
  readonly sha256: string
}

/**
 * The database as of one moment, as text: one transaction reads all, and nobody waits for it. Read models are left out;
 * a start on what was restored builds them.
 */
export async function* saveDatabase(options: SaveOptions): AsyncGenerator<Buffer, Saved, undefined> {
  const { pool, signal, onProgress } = options
  const hash = createHash('sha256')
  const hashed = (data: Buffer | string): Buffer => {
    const chunk = Buffer.from(data)
    hash.update(chunk)
    return chunk
  }
  const client = await pool.connect()
  let sound = false
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const header = await headerOf(client, options)
    yield hashed(`${JSON.stringify(header)}\n`)
    const rows: Record<string, number> = {}
    for (const table of header.tables) {
      const name = nameOf(table)
      rows[name] = 0
      yield hashed(`${JSON.stringify({ table: name })}\n`)
      for await (const chunk of copyOut(client, copyOf(table))) {
        signal.throwIfAborted()
        rows[name] += rowsIn(chunk)
        yield hashed(chunk)
        onProgress?.(name, rows[name])
      }
      yield hashed(`${END_OF_ROWS}\n`)
    }
    await client.query('ROLLBACK')
    sound = true
    const sha256 = hash.digest('hex')
    yield Buffer.from(`${JSON.stringify({ end: true, rows, sha256 })}\n`)
    return { position: header.position, rows, sha256 }
  } finally {
    // One that was left in the middle of a COPY is of no use to anybody.
    client.release(!sound)
  }
}

const copyOf = (table: SavedTable): string =>
  `COPY (SELECT ${table.columns.join(', ')} FROM ${nameOf(table)}) TO STDOUT (ENCODING 'UTF8')`

async function headerOf(client: PoolClient, { masterKeys, createdAt }: SaveOptions): Promise<Header> {
  const { rows } = await client.query<{ postgres: string; position: string; migrations: string[] }>(
    `SELECT current_setting('server_version') AS postgres, (SELECT position::text FROM eventstore.head) AS position,
            (SELECT array_agg(id ORDER BY applied_at, id) FROM schema_migrations) AS migrations`,
  )
  const [found] = rows
  if (found === undefined) throw new Error('the database does not answer')
  const { rows: keys } = await client.query<{ id: string }>(
    `SELECT master_key_id AS id FROM vault_canary
     UNION SELECT DISTINCT master_key_id FROM vault_keys WHERE master_key_id IS NOT NULL`,
  )
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    createdAt,
    ...found,
    jobs: await jobsVersion(client),
    tables: await tablesToSave(client),
    masterKeysNeeded: keys.map(({ id }) => id),
    masterKeys,
  }
}

/** @returns the version of the tables of pg-boss, null when it never ran */
export async function jobsVersion(db: Db): Promise<number | null> {
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT to_regclass('pgboss.version') IS NOT NULL AS there`,
  )
  if (rows[0]?.there !== true) return null
  const { rows: versions } = await db.query<{ version: number }>('SELECT version FROM pgboss.version')
  return versions[0]?.version ?? null
}
