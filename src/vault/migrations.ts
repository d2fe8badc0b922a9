import type { Migration } from '../postgres/migrate.ts'

export const vaultMigrations: readonly Migration[] = [
  {
    id: 'vault-001-keys',
    sql: `
      CREATE TABLE vault_keys (
        subject       text PRIMARY KEY,
        -- Fingerprint of the master key that wraps it. Both are NULL once the subject was forgotten: the row stays as
        -- the proof that the key was deleted, which is not the same as a key that is missing.
        master_key_id text,
        wrapped       bytea,
        created_at    timestamptz NOT NULL DEFAULT now(),
        erased_at     timestamptz,
        CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
        CHECK ((wrapped IS NULL) = (master_key_id IS NULL))
      );
      -- A rotation pages through the keys of older master keys.
      CREATE INDEX vault_keys_by_master_key ON vault_keys (master_key_id, subject) WHERE master_key_id IS NOT NULL;

      -- One sealed row that only the right master key opens, so that a wrong one is noticed at start.
      CREATE TABLE vault_canary (
        only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        master_key_id text NOT NULL,
        sealed        text NOT NULL
      )`,
  },
  {
    id: 'vault-002-address-index',
    sql: `
      -- Releases before this one named reservations of e-mail addresses by keys derived from the master keys. True for their
      -- databases, also when a backup of one is loaded into tables of today; a first start by this release says false.
      ALTER TABLE vault_canary ADD COLUMN addresses_by_master_key boolean NOT NULL DEFAULT true;
      -- A handful among the keys of persons.
      CREATE INDEX vault_keys_of_addresses ON vault_keys (subject) WHERE subject LIKE 'address-index%'`,
  },
]

/** NOTIFY channel of the vault. Payloads: `forgotten <subject>` and `rotated`. */
export const VAULT_CHANNEL = 'guestguard_vault'
