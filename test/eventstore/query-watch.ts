import type { Pool } from '../../src/postgres/pool.ts'

/** Counts the statements that go through a pool, by name or text, and makes chosen ones fail as a lost connection does. */
export interface QueryWatch {
  count(statement: string): number
  /** The next such statement is done, and then the connection seems lost. */
  failAfter(statement: string): void
  /** The next such statement is not done: the connection is lost before. */
  failInsteadOf(statement: string): void
}

export function watchQueries(pool: Pool): QueryWatch {
  const counts = new Map<string, number>()
  const failing = new Map<string, 'after' | 'instead'>()
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    const watched = async (...args: unknown[]): Promise<unknown> => {
      const statement = nameOf(args[0])
      counts.set(statement, (counts.get(statement) ?? 0) + 1)
      const fault = failing.get(statement)
      failing.delete(statement)
      if (fault === 'after') await query(...args)
      if (fault !== undefined) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
      return query(...args)
    }
    Object.assign(client, { query: watched })
  })
  return {
    count: (statement) => counts.get(statement) ?? 0,
    failAfter: (statement) => failing.set(statement, 'after'),
    failInsteadOf: (statement) => failing.set(statement, 'instead'),
  }
}

function nameOf(statement: unknown): string {
  if (typeof statement === 'string') return statement
  const named = statement as { name?: string; text?: string }
  return named.name ?? named.text ?? ''
}
