import { migrations as store } from './eventstore/embedded/store.ts'
import { markMigrations } from './eventstore/log-mark.ts'
import type { Migration } from './postgres/migrate.ts'
import { processMigrations } from './processes/checkpoints.ts'
import { migrations as projections } from './projections/create.ts'
import { vaultMigrations } from './vault/migrations.ts'

/** All tables of the product but the read models and the job queue, which makes its own. */
export const allMigrations: readonly Migration[] = [
  ...store,
  ...markMigrations,
  ...vaultMigrations,
  ...processMigrations,
  ...projections,
]
