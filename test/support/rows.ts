import type { Pool } from '../../src/postgres/pool.ts'

/**
 * Looks through every table of a database.
 * @param word stands by itself where it counts: not inside a longer number, a hash or the fraction of a second
 * @returns the rows it stands in, as text, after the name of their table
 */
export async function rowsWith(pool: Pick<Pool, 'query'>, word: string): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT t::text AS row FROM ${name} AS t WHERE t::text ~ ('(?<![0-9A-Za-z.])' || $1 || '(?![0-9A-Za-z])')`,
      [word],
    )
    found.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return found
}
