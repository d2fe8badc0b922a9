import { expect, test } from 'vitest'
import { isTransient } from '../../src/postgres/transient.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'
import { vaultMigrations } from '../../src/vault/migrations.ts'
import { openVault } from '../../src/vault/vault.ts'
import { silentLog } from '../support/log.ts'
import { poolOverNetwork } from '../support/over-network.ts'
import { createTestDatabase } from '../support/postgres.ts'

test('a connection that goes silent while keys are looked up holds up nobody for longer than ten seconds', async ({
  onTestFinished,
}) => {
  const database = await createTestDatabase(vaultMigrations)
  onTestFinished(() => database.drop())
  const { pool, network } = await poolOverNetwork(database.url, { max: 2 })
  const ring = new KeyRing([Buffer.alloc(32, 'secret')])
  const vault = await openVault({ pool, url: database.url, ring, log: silentLog })
  onTestFinished(() => vault.close())
  await vault.sealingKeys(['guest.E.ADA'])

  network.silence()
  const lost = await vault.sealingKeys(['guest.E.BEN']).catch((error: unknown) => error)
  expect(isTransient(lost)).toBe(true)
  network.mend()
  expect((await vault.sealingKeys(['guest.E.BEN', 'guest.E.CYD'])).size).toBe(2)
}, 60_000)
