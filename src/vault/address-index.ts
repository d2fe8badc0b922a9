import type { KeyObject } from 'node:crypto'
import { ERASED } from '../events/fact.ts'
import type { Db } from '../postgres/pool.ts'
import type { KeyRing } from './key-ring.ts'
import { createKeys, loadKeys, wrap } from './subject-keys.ts'

/** Vault subject of the key that e-mail addresses are looked up with. Others begin with it and a dot. */
const PRESENT = 'address-index'

/**
 * The keys that stand for an e-mail address in the names of streams. They are kept as the keys of persons are: made once,
 * wrapped under the active master key, wrapped again by a rotation. So a reservation is found whatever the master keys
 * are, and processes whose rings differ reserve the same name.
 *
 * @param db the database with the vault's tables, after `openKeyRing`
 * @returns the key to reserve under first, then those that earlier releases reserved under
 * @throws UnknownMasterKey, VaultTampered
 */
export async function openAddressIndex(db: Db, ring: KeyRing): Promise<readonly KeyObject[]> {
  if (await isNamedByMasterKeys(db)) await adopt(db, ring)
  await createKeys(db, ring, [PRESENT])
  const { rows } = await db.query<{ subject: string }>(
    // As in the index vault_keys_of_addresses, letter by letter: anything else reads every key.
    `SELECT subject FROM vault_keys WHERE subject LIKE 'address-index%' ORDER BY subject <> $1, subject`,
    [PRESENT],
  )
  const subjects = rows.map(({ subject }) => subject)
  const keys = await loadKeys(db, ring, subjects)
  return subjects.map((subject) => {
    const key = keys.get(subject)
    if (key === undefined || key === ERASED) throw new Error(`${subject}: the key was deleted`)
    return key
  })
}

/** Whether a release reserved addresses here that had no such keys: it derived them from the master keys. */
async function isNamedByMasterKeys(db: Db): Promise<boolean> {
  const { rows } = await db.query<{ named: boolean }>(
    'SELECT addresses_by_master_key AS named FROM vault_canary',
  )
  return rows[0]?.named === true
}

/**
 * Keeps what is derived from each master key of the ring, also from one that was put back, so that the ring may lose it.
 * The present key is what the earlier release reserves under: until its last process has ended, both have to agree.
 */
async function adopt(db: Db, ring: KeyRing): Promise<void> {
  const derived = (keyId: string) => ring.subkey('email-index', keyId).export()
  const keys = new Map(ring.ids.map((id) => [`${PRESENT}.${id}`, derived(id)]))
  keys.set(PRESENT, derived(ring.activeId))
  await db.query(
    `INSERT INTO vault_keys (subject, master_key_id, wrapped)
     SELECT subject, $3, wrapped FROM unnest($1::text[], $2::bytea[]) AS kept (subject, wrapped)
     ON CONFLICT (subject) DO NOTHING`,
    [[...keys.keys()], [...keys].map(([subject, key]) => wrap(ring, subject, key)), ring.activeId],
  )
}
