import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { register } from '../support/party.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { startTestProduct } from '../support/product.ts'
import { guestguard } from './guestguard.ts'

it('restores nothing into a database that a product runs on, though it is still empty', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-restore-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const original = await startTestProduct()
  onTestFinished(() => original.stop())
  await register(original)
  const { databaseUrl, dataDir } = original
  const file = path.join(folder, 'guests.backup')
  const saved = await guestguard({ DATABASE_URL: databaseUrl, DATA_DIR: dataDir }, 'backup', file)
  expect(saved).toMatchObject({ code: 0 })

  const empty = await createTestDatabase()
  onTestFinished(() => empty.drop())
  const product = await empty.pool.connect()
  await product.query(`SET application_name = 'guestguard log'`)
  await mkdir(path.join(folder, 'data'))
  await copyFile(path.join(dataDir, 'master.key'), path.join(folder, 'data/master.key'))
  const restore = () =>
    guestguard({ DATABASE_URL: empty.url, DATA_DIR: path.join(folder, 'data') }, 'restore', file)
  expect(await restore()).toMatchObject({
    code: 1,
    errors: 'The product is running on this database. Stop it first.\n',
  })
  const { rows } = await product.query(`SELECT to_regclass('eventstore.events') AS tables`)
  expect(rows).toEqual([{ tables: null }])
  product.release(true)
  await expect.poll(async () => (await restore()).code, { timeout: 20_000 }).toBe(0)
})
