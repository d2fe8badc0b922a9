import type { Migration } from '../postgres/migrate.ts'

/**
 * What is kept about the projections themselves. A generation is one set of tables of one version of a projection, in
 * a schema of its own; readers of that version read the active one.
 *
 * `epoch` changes whenever somebody other than the live writer has changed a generation (swap, retry of dead letters):
 * a writer that does not know the epoch can no longer move the checkpoint.
 */
export const migrations: readonly Migration[] = [
  {
    id: 'projections-0001-generations',
    sql: `
      CREATE SCHEMA IF NOT EXISTS projections;

      CREATE TABLE projections.generations (
        schema       text PRIMARY KEY,
        name         text NOT NULL,
        version      integer NOT NULL,
        generation   integer NOT NULL,
        state        text NOT NULL CHECK (state IN ('building', 'active', 'retired')),
        checkpoint   bigint NOT NULL DEFAULT 0,
        epoch        integer NOT NULL DEFAULT 0,
        error        text,
        created_at   timestamptz NOT NULL DEFAULT now(),
        activated_at timestamptz,
        retired_at   timestamptz,
        UNIQUE (name, version, generation)
      ) WITH (fillfactor = 20);
      CREATE UNIQUE INDEX generations_one_active ON projections.generations (name, version) WHERE state = 'active';

      -- Facts that could not be applied, and those after them in the same stream. They are read from the log again: no
      -- personal data is kept here. error is null for a fact that only waits for one before it.
      CREATE TABLE projections.dead_letters (
        schema    text NOT NULL REFERENCES projections.generations ON DELETE CASCADE,
        position  bigint NOT NULL,
        unit      text NOT NULL,
        stream    text NOT NULL,
        revision  integer NOT NULL,
        type      text NOT NULL,
        error     text,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (schema, position)
      );

      -- Guests whose GuestForgotten was seen: nothing personal of theirs is written again, however late their key goes.
      CREATE TABLE projections.forgotten (
        guest text PRIMARY KEY
      );
    `,
  },
  {
    id: 'projections-0002-forgotten-position',
    // Tables that were left before it hold the guest still. Null: put down by a release that did not say where it was.
    sql: 'ALTER TABLE projections.forgotten ADD COLUMN position bigint',
  },
]
