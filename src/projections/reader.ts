import { DomainError } from '../kernel/errors.ts'
import { SECOND } from '../kernel/time.ts'
import { within, type Pool } from '../postgres/pool.ts'
import { columnTypes } from './column-types.ts'
import type { Progress } from './progress.ts'

/** Runs the queries of read models on the tables that are active now. */
export interface Reader {
  /**
   * @param sql `{guests}` stands for the schema of the projection `guests`; times come back as ISO 8601, `bigint` and
   *   `numeric` as text
   * @throws DomainError `projection_building` while one of the projections was never built
   */
  rows<R extends object>(sql: string, values?: readonly unknown[]): Promise<R[]>
}

/** SQLSTATE of a table or schema that is not there: the tables were swapped and dropped since they were looked up. */
const GONE = new Set(['42P01', '3F000'])

/**
 * How long rows are waited for, in milliseconds: a page is found by an index in some. Whoever asks is somebody with a page
 * open, who had better hear that it did not work.
 */
const ROWS_WITHIN = 10 * SECOND

/** @param refresh looks up again which tables are active */
export function createReader(pool: Pool, progress: Progress, refresh: () => Promise<void>): Reader {
  const locate = (sql: string): string =>
    sql.replace(/\{(\w+)\}/g, (_placeholder, name: string) => {
      const schema = progress.schemaOf(name)
      if (schema !== undefined) return schema
      throw new DomainError(
        'unavailable',
        'projection_building',
        'The lists are being prepared. Try again soon.',
      )
    })
  const query = async <R extends object>(sql: string, values: readonly unknown[]): Promise<R[]> => {
    const wanted = { text: locate(sql), values: [...values], types: columnTypes }
    const { rows } = await pool.query<R>(within(ROWS_WITHIN, wanted))
    return rows
  }
  return {
    async rows<R extends object>(sql: string, values: readonly unknown[] = []) {
      try {
        return await query<R>(sql, values)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && GONE.has(String(error.code)))) throw error
        await refresh()
        return query<R>(sql, values)
      }
    },
  }
}
