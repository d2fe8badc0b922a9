import { BEGINNING, type Position } from '../eventstore/port.ts'
import type { Migration } from '../postgres/migrate.ts'
import type { Db } from '../postgres/pool.ts'

export const processMigrations: readonly Migration[] = [
  {
    id: 'processes-001-checkpoints',
    sql: `
      CREATE TABLE process_checkpoints (
        process    text PRIMARY KEY,
        position   bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )`,
  },
]

/** How far each process manager has read, by its name. */
export type Checkpoints = ReadonlyMap<string, Position>

/**
 * Reads the checkpoints; a process manager without one gets it at the beginning of the log. That is right also for a
 * log that is years old: its jobs ask the state of things before they act, so what is done is not done again, and what
 * is too old to follow up makes no job (`reactions.ts`).
 */
export async function readCheckpoints(db: Db, processes: readonly string[]): Promise<Checkpoints> {
  await db.query(
    `INSERT INTO process_checkpoints (process, position)
     SELECT name, $2 FROM unnest($1::text[]) AS name
     ON CONFLICT DO NOTHING`,
    [processes, String(BEGINNING)],
  )
  const { rows } = await db.query<{ process: string; position: string }>(
    `SELECT process, position FROM process_checkpoints WHERE process = ANY($1)`,
    [processes],
  )
  return new Map(rows.map(({ process, position }) => [process, BigInt(position)]))
}

/** Moves checkpoints forward, never back: a holder that has lost its lock without knowing it can do no harm. */
export async function advanceCheckpoints(
  db: Db,
  processes: readonly string[],
  position: Position,
): Promise<void> {
  await db.query(
    `UPDATE process_checkpoints SET position = $2, updated_at = now()
     WHERE process = ANY($1) AND position < $2`,
    [processes, String(position)],
  )
}
