import type { Db } from '../postgres/pool.ts'
import type { KeyRing } from './key-ring.ts'
import { createMasterKeyFile, masterKeyExists, readKeyRing, type MasterKeySource } from './master-key.ts'
import { openJson, sealJson } from './seal.ts'

const CANARY_TEXT = 'opens under the right master key'

const HOW_TO_RETIRE =
  'To retire it, keep it behind the new one until guestguard keys rotate has finished, then take it out.'

/**
 * Reads the master keys and checks that they are those of this database. The first start of an installation makes the
 * key file; no later start ever does, so that a lost file is not papered over with a new key.
 *
 * @param db the database with the vault's tables
 * @throws Error with a sentence when the keys are missing, malformed, open to others, or those of another database
 */
export async function openKeyRing(source: MasterKeySource, db: Db): Promise<KeyRing> {
  const used = await keysInUse(db)
  if (!(await masterKeyExists(source))) {
    if (used.length > 0) throw new Error(wrongKey(source, used, 'there is no master key'))
    await createMasterKeyFile(source.dataDir)
  }
  const ring = await readKeyRing(source)
  const missing = used.filter((id) => !ring.ids.includes(id))
  if (missing.length > 0)
    throw new Error(
      `${wrongKey(source, missing, `the keys here are ${ring.ids.join(', ')}`)} ${HOW_TO_RETIRE}`,
    )
  await db.query(
    `INSERT INTO vault_canary (master_key_id, sealed, addresses_by_master_key) VALUES ($1, $2, false)
     ON CONFLICT DO NOTHING`,
    [ring.activeId, sealCanary(ring)],
  )
  const { rows } = await db.query<{ id: string; sealed: string }>(
    'SELECT master_key_id AS id, sealed FROM vault_canary',
  )
  for (const { id, sealed } of rows) openJson(ring.subkey('canary', id), sealed, id)
  return ring
}

/** @returns the row that only the active master key opens */
export function sealCanary(ring: KeyRing): string {
  return sealJson(ring.subkey('canary'), CANARY_TEXT, ring.activeId)
}

/** Fingerprints of the master keys without which something in the vault cannot be opened. */
async function keysInUse(db: Db): Promise<string[]> {
  // Hops from one distinct value of the index to the next; DISTINCT would read every key.
  const { rows } = await db.query<{ id: string }>(`
    WITH RECURSIVE wrapping(id) AS (
      SELECT min(master_key_id) FROM vault_keys WHERE master_key_id IS NOT NULL
      UNION ALL
      SELECT (SELECT min(master_key_id) FROM vault_keys WHERE master_key_id > wrapping.id)
        FROM wrapping WHERE wrapping.id IS NOT NULL
    )
    SELECT id FROM wrapping WHERE id IS NOT NULL
    UNION
    SELECT master_key_id FROM vault_canary`)
  return rows.map((row) => row.id)
}

function wrongKey(source: MasterKeySource, needed: readonly string[], found: string): string {
  const where = source.masterKey === undefined ? `${source.dataDir}/master.key` : 'MASTER_KEY'
  return (
    `this database was sealed under the master key ${needed.join(', ')}, but ${found}. ` +
    `Put the right key back into ${where}; without it personal data cannot be read.`
  )
}
