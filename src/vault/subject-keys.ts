import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { ERASED, type Erased } from '../events/fact.ts'
import { SECOND } from '../kernel/time.ts'
import { within, type Db } from '../postgres/pool.ts'
import { KEY_BYTES, type KeyRing } from './key-ring.ts'
import { VAULT_CHANNEL } from './migrations.ts'
import { decrypt, encrypt } from './seal.ts'

/** The key of one person, or the marker that it was deleted. */
export type KeyOrErased = KeyObject | Erased

interface KeyRow {
  readonly subject: string
  readonly masterKeyId: string | null
  readonly wrapped: Buffer | null
}

/**
 * How long keys are waited for, in milliseconds: 1,000 are found by their primary key in some. Whoever appends or reads waits for the lookup
 * under way: on a connection that has gone silent, for as long as TCP does.
 */
const KEYS_WITHIN = 10 * SECOND

/** @returns the keys of those subjects that have or had one */
export async function loadKeys(
  db: Db,
  ring: KeyRing,
  subjects: readonly string[],
): Promise<Map<string, KeyOrErased>> {
  const { rows } = await db.query<KeyRow>(
    within(KEYS_WITHIN, {
      name: 'vault-load-keys',
      text: `SELECT subject, master_key_id AS "masterKeyId", wrapped FROM vault_keys WHERE subject = ANY($1)`,
      values: [subjects],
    }),
  )
  // Another process may have rotated the master keys since this one read them.
  if (rows.some((row) => row.masterKeyId !== null && !ring.ids.includes(row.masterKeyId))) await ring.reload()
  return new Map(rows.map((row) => [row.subject, unwrapRow(ring, row)]))
}

function unwrapRow(ring: KeyRing, row: KeyRow): KeyOrErased {
  if (row.wrapped === null || row.masterKeyId === null) return ERASED
  return createSecretKey(unwrap(ring, row.masterKeyId, row.subject, row.wrapped))
}

/** @throws UnknownMasterKey, VaultTampered */
export function unwrap(ring: KeyRing, masterKeyId: string, subject: string, wrapped: Buffer): Buffer {
  return decrypt(ring.subkey('wrap', masterKeyId), wrapped, subject, `the key of ${subject}`)
}

/** Wraps under the active master key; the subject is authenticated, so that two rows cannot be swapped. */
export function wrap(ring: KeyRing, subject: string, key: Buffer): Buffer {
  return encrypt(ring.subkey('wrap'), key, subject)
}

/** Makes keys for the subjects that have none; the others, also forgotten ones, keep what they have. */
export async function createKeys(
  db: Db,
  ring: KeyRing,
  subjects: readonly string[],
): Promise<Map<string, KeyOrErased>> {
  // In one order everywhere: two processes that insert the same subjects in different orders would deadlock.
  const ordered = [...subjects].sort()
  const made = new Map(ordered.map((subject) => [subject, randomBytes(KEY_BYTES)]))
  const { rows } = await db.query<{ subject: string }>(
    within(KEYS_WITHIN, {
      name: 'vault-create-keys',
      text: `
        INSERT INTO vault_keys (subject, master_key_id, wrapped)
        SELECT subject, $3, wrapped FROM unnest($1::text[], $2::bytea[]) AS made (subject, wrapped)
        ON CONFLICT (subject) DO NOTHING
        RETURNING subject`,
      values: [ordered, [...made].map(([subject, key]) => wrap(ring, subject, key)), ring.activeId],
    }),
  )
  const keys = new Map<string, KeyOrErased>()
  for (const { subject } of rows) {
    const key = made.get(subject)
    if (key !== undefined) keys.set(subject, createSecretKey(key))
  }
  const others = ordered.filter((subject) => !keys.has(subject))
  if (others.length > 0) for (const [subject, key] of await loadKeys(db, ring, others)) keys.set(subject, key)
  return keys
}

/** Deletes the keys for ever, leaves tombstones and tells every process. Also for subjects that never had a key. */
export async function eraseKeys(db: Db, subjects: readonly string[]): Promise<void> {
  await db.query(
    within(KEYS_WITHIN, {
      text: `
        WITH erased AS (
          INSERT INTO vault_keys (subject, erased_at)
          SELECT subject, now() FROM unnest($1::text[]) AS subject
          ON CONFLICT (subject) DO UPDATE
            SET wrapped = NULL, master_key_id = NULL, erased_at = coalesce(vault_keys.erased_at, now())
          RETURNING subject
        )
        SELECT pg_notify($2, 'forgotten ' || subject) FROM erased`,
      values: [[...new Set(subjects)].sort(), VAULT_CHANNEL],
    }),
  )
}
