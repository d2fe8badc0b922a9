import type { Log } from '../postgres/log.ts'
import { withTransaction, type Pool } from '../postgres/pool.ts'
import { openAddressIndex } from './address-index.ts'
import type { KeyRing } from './key-ring.ts'
import { addMasterKey, type MasterKeySource } from './master-key.ts'
import { VAULT_CHANNEL } from './migrations.ts'
import { sealCanary } from './open-key-ring.ts'
import { unwrap, wrap } from './subject-keys.ts'

export interface RotationOptions {
  readonly source: MasterKeySource
  readonly ring: KeyRing
  readonly pool: Pool
  readonly log: Log
  /** Keys of one transaction, default 500. */
  readonly batchSize?: number
}

export interface RotationResult {
  /** Fingerprint of the master key that everything is wrapped under now. */
  readonly activeId: string
  /** How many keys were wrapped again: those of people, and those that their addresses are looked up with. */
  readonly rewrapped: number
}

/**
 * Puts a new master key in place and wraps every key of the vault under it. Sealed facts are not touched. Running
 * processes notice by themselves; killed half-way, the next call goes on instead of adding yet another key.
 *
 * With MASTER_KEY set, the operator puts the new key first in it and restarts; this then only wraps.
 * What is signed under the old key (links, tickets, passes, sessions) stays valid until it is taken out of the ring.
 */
export async function rotateMasterKey(options: RotationOptions): Promise<RotationResult> {
  const { source, ring, pool } = options
  const guard = await pool.connect()
  try {
    // One rotation at a time: two that add a key to the file at once would lose one of the two keys.
    await guard.query('SELECT pg_advisory_lock($1)', [ROTATION_LOCK])
    await ring.reload()
    // Before a key can leave the ring, what an earlier release derived from it has to be kept.
    await openAddressIndex(pool, ring)
    if (source.masterKey === undefined && (await isSettled(pool, ring))) {
      await addMasterKey(source.dataDir)
      await ring.reload()
    }
    await pool.query(`SELECT pg_notify($1, 'rotated')`, [VAULT_CHANNEL])
    const rewrapped = await rewrapAll(options)
    await pool.query('UPDATE vault_canary SET master_key_id = $1, sealed = $2', [
      ring.activeId,
      sealCanary(ring),
    ])
    return { activeId: ring.activeId, rewrapped }
  } finally {
    // Closes the connection and so gives up the lock, also when it cannot be asked to any more.
    guard.release(true)
  }
}

/** Any constant of its own. */
const ROTATION_LOCK = 7_144_930_572

async function rewrapAll({ pool, ring, log, batchSize = 500 }: RotationOptions): Promise<number> {
  let rewrapped = 0
  for (;;) {
    const count = await rewrapBatch(pool, ring, batchSize)
    if (count === 0) return rewrapped
    rewrapped += count
    log.info({ rewrapped }, 'keys are wrapped under the new master key')
  }
}

/** Whether everything is under the active key, so that no earlier rotation is left to finish. */
async function isSettled(pool: Pool, ring: KeyRing): Promise<boolean> {
  const { rows } = await pool.query<{ settled: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM vault_keys WHERE master_key_id <> $1)
        AND NOT EXISTS (SELECT FROM vault_canary WHERE master_key_id <> $1) AS settled`,
    [ring.activeId],
  )
  return rows[0]?.settled === true
}

async function rewrapBatch(pool: Pool, ring: KeyRing, size: number): Promise<number> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ subject: string; masterKeyId: string; wrapped: Buffer }>(
      `SELECT subject, master_key_id AS "masterKeyId", wrapped
         FROM vault_keys
        WHERE master_key_id = ANY($1)
        ORDER BY subject
        LIMIT $2
          FOR UPDATE`,
      [ring.ids.filter((id) => id !== ring.activeId), size],
    )
    const wrapped = rows.map((row) =>
      wrap(ring, row.subject, unwrap(ring, row.masterKeyId, row.subject, row.wrapped)),
    )
    await client.query(
      `UPDATE vault_keys
          SET master_key_id = $3, wrapped = made.wrapped
         FROM unnest($1::text[], $2::bytea[]) AS made (subject, wrapped)
        WHERE vault_keys.subject = made.subject`,
      [rows.map((row) => row.subject), wrapped, ring.activeId],
    )
    return rows.length
  })
}
