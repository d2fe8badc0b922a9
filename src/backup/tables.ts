import type { Db } from '../postgres/pool.ts'
import type { SavedTable } from './format.ts'

/** What comes and goes by itself: figures and remarks of the job queue, and which of its tables are which version. */
const NOT_SAVED = [
  'pgboss.version',
  'pgboss.warning',
  'pgboss.queue_stats',
  'pgboss.bam',
  'public.schema_migrations',
]

/**
 * Every table of the database that is not a read model: those are built from the log again. Whatever a later release
 * adds is in it without anybody having to think of it.
 */
const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name,
         array_agg(a.attname::text ORDER BY a.attnum) AS columns,
         ARRAY (
           SELECT r.confrelid::regclass::text FROM pg_constraint r
           WHERE r.contype = 'f' AND r.conrelid = c.oid AND r.confrelid <> c.oid
         ) AS needs,
         c.oid::regclass::text AS id
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'projections')
    AND n.nspname NOT IN (SELECT schema FROM projections.generations)
    AND NOT starts_with(n.nspname, 'verify_')
    AND (n.nspname || '.' || c.relname) <> ALL ($1)
  GROUP BY n.nspname, c.relname, c.oid
  ORDER BY n.nspname, c.relname`

interface TableRow extends SavedTable {
  readonly needs: readonly string[]
  readonly id: string
}

/** @returns the tables to save, each after those that it refers to */
export async function tablesToSave(db: Db): Promise<SavedTable[]> {
  const { rows } = await db.query<TableRow>(TABLES, [NOT_SAVED])
  const ordered: TableRow[] = []
  const waiting = [...rows]
  while (waiting.length > 0) {
    const ids = new Set(waiting.map(({ id }) => id))
    const ready = waiting.findIndex(({ needs }) => !needs.some((need) => ids.has(need)))
    // Tables that refer to each other in a circle go as they come.
    ordered.push(...waiting.splice(Math.max(0, ready), 1))
  }
  return ordered.map(({ schema, name, columns }) => ({ schema, name, columns }))
}
