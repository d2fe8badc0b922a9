import { copyIn } from '../postgres/copy.ts'
import { migrate, type Migration } from '../postgres/migrate.ts'
import { withTransaction, type Pool } from '../postgres/pool.ts'
import { BadBackup, nameOf, rowsIn, type Header, type SavedTable } from './format.ts'
import { BackupReader, expectTable } from './read.ts'
import { jobsVersion } from './save.ts'
import { tablesToSave } from './tables.ts'

export interface LoadOptions {
  readonly file: string
  /** As `checkBackup` gave it. */
  readonly header: Header
  /** A database without facts and keys. */
  readonly pool: Pool
  /** All of this release, in their order; those that the backup knows are applied, the next start applies the others. */
  readonly migrations: readonly Migration[]
  /** Makes the tables of the job queue. */
  readonly prepareJobs: () => Promise<void>
  readonly signal: AbortSignal
  /** Told after each piece of a table. */
  readonly onProgress?: (table: string, rows: number) => void
}

/**
 * Fills a database from a backup, in one transaction.
 * @returns rows by table
 * @throws BadBackup when it is of another release than can be loaded here, or the database is not empty
 */
export async function loadDatabase(options: LoadOptions): Promise<Record<string, number>> {
  const { file, header, pool, signal, onProgress } = options
  await prepare(options)
  const reader = new BackupReader(file)
  try {
    await reader.header()
    return await withTransaction(pool, async (client) => {
      await client.query('SET LOCAL statement_timeout = 0')
      await client.query(`TRUNCATE ${header.tables.map(nameOf).join(', ')} CASCADE`)
      const rows: Record<string, number> = {}
      for (const table of header.tables) {
        signal.throwIfAborted()
        const name = nameOf(table)
        await expectTable(reader, name)
        await copyIn(
          client,
          `COPY ${name} (${table.columns.join(', ')}) FROM STDIN (ENCODING 'UTF8')`,
          counting(reader.rows(), (rows) => onProgress?.(name, rows)),
        )
        const { rows: counted } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${name}`)
        rows[name] = counted[0]?.n ?? 0
      }
      await moveSequences(client)
      return rows
    })
  } finally {
    await reader.close()
  }
}

/** The same rows; tells after each piece how many there were. */
async function* counting(
  pieces: AsyncIterable<Buffer>,
  told: (rows: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let rows = 0
  for await (const piece of pieces) {
    yield piece
    rows += rowsIn(piece)
    told(rows)
  }
}

async function prepare({ header, pool, migrations, prepareJobs }: LoadOptions): Promise<void> {
  const unknown = header.migrations.filter((id) => !migrations.some((migration) => migration.id === id))
  if (unknown.length > 0) throw ofNewerRelease(`it has ${unknown.join(', ')}`)
  await migrate(
    pool,
    migrations.filter(({ id }) => header.migrations.includes(id)),
  )
  await requireEmpty(pool)
  if (header.jobs !== null) {
    await prepareJobs()
    const here = await jobsVersion(pool)
    if (here !== header.jobs) {
      throw new BadBackup(
        `The jobs in the backup are of version ${String(header.jobs)}, this release has ${String(here)}. ` +
          'Restore with the release that made the backup, start it once, then update.',
      )
    }
  }
  const there = await tablesToSave(pool)
  const missing = header.tables.filter((table) => !there.some((one) => holds(one, table)))
  if (missing.length > 0) throw ofNewerRelease(`${missing.map(nameOf).join(', ')} have other columns here`)
}

const holds = (here: SavedTable, saved: SavedTable): boolean =>
  nameOf(here) === nameOf(saved) && saved.columns.every((column) => here.columns.includes(column))

const ofNewerRelease = (why: string) =>
  new BadBackup(`The backup was made by another release than this (${why}). Restore with that release.`)

async function requireEmpty(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ used: boolean }>(
    // A start makes the key that addresses are looked up with; nobody is lost with it while there is nobody.
    `SELECT EXISTS (SELECT FROM eventstore.events)
         OR EXISTS (SELECT FROM vault_keys WHERE subject NOT LIKE 'address-index%') AS used`,
  )
  if (rows[0]?.used === true)
    throw new BadBackup('The database is not empty. A backup is restored only where nothing is overwritten.')
}

/** Sequences go on after the rows that were put in. */
async function moveSequences(client: Parameters<Parameters<typeof withTransaction>[1]>[0]): Promise<void> {
  const { rows } = await client.query<{ sequence: string; table: string; column: string }>(
    `SELECT s.oid::regclass::text AS sequence, d.refobjid::regclass::text AS "table", a.attname AS column
     FROM pg_class s
     JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass
     JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE s.relkind = 'S'`,
  )
  for (const { sequence, table, column } of rows) {
    await client.query(`SELECT setval('${sequence}', coalesce(max(${column}), 0) + 1, false) FROM ${table}`)
  }
}
