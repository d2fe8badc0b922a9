import type { Migration } from '../postgres/migrate.ts'
import type { Db } from '../postgres/pool.ts'
import type { EventStore } from './port.ts'

export const markMigrations: readonly Migration[] = [
  {
    id: 'log-mark-001',
    sql: `
      CREATE TABLE log_mark (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        fact     uuid NOT NULL,
        position bigint NOT NULL
      )`,
  },
]

interface Mark {
  readonly fact: string
  readonly position: string
}

/**
 * Makes sure that a database is used with one log only. What it knows of the log it knows by position (checkpoints, read
 * models), and a copy of a log has other positions: with a copy that nobody made it ready for, facts would be left out
 * without an error. The first fact and its place tell a log from another and from its copies; a log without facts is any.
 * @throws Error with a sentence for the operator when the database belongs to another log
 */
export async function holdToItsLog(db: Db, store: Pick<EventStore, 'readAll'>): Promise<void> {
  const first = await firstOf(store)
  if (first !== null) {
    await db.query('INSERT INTO log_mark (fact, position) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      first.fact,
      first.position,
    ])
  }
  const { rows } = await db.query<Mark>('SELECT fact, position FROM log_mark')
  const [known] = rows
  if (known === undefined) return
  if (known.fact === first?.fact && known.position === first.position) return
  const found =
    first === null ? 'this one has no facts' : `this one begins with ${first.fact} at ${first.position}`
  throw new Error(
    'EVENTSTORE_URL and DATABASE_URL do not belong together: the database was built from a log that begins with fact ' +
      `${known.fact} at position ${known.position}, and ${found}. If the log was copied here, run guestguard log adopt once.`,
  )
}

/** Lets the database belong to another log: the next start says to which. */
export async function forgetLog(db: Db): Promise<void> {
  await db.query('DELETE FROM log_mark')
}

async function firstOf(store: Pick<EventStore, 'readAll'>): Promise<Mark | null> {
  for await (const [record] of store.readAll({ pageSize: 1 })) {
    return record === undefined ? null : { fact: record.id, position: String(record.position) }
  }
  return null
}
