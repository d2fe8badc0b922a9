import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { login, register } from '../support/party.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { guestguard } from './guestguard.ts'

const running: TestProduct[] = []

afterEach(async () => {
  for (const product of running.splice(0)) await product.stop()
})

/** As a restart ends it. */
async function stop(product: TestProduct): Promise<void> {
  running.splice(running.indexOf(product), 1)
  await product.stop()
}

const newKey = () => randomBytes(32).toString('base64')
const ADA = 'ada@example.org'

async function installation() {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  return async (masterKey: string): Promise<TestProduct & { readonly env: Record<string, string> }> => {
    const product = await startTestProduct({ config: { databaseUrl: database.url, masterKey } })
    running.push(product)
    return {
      ...product,
      env: { DATABASE_URL: database.url, DATA_DIR: product.dataDir, MASTER_KEY: masterKey },
    }
  }
}

it('replaces a master key in the order that the help gives, and every host can still sign in', async () => {
  const start = await installation()
  const [old, young] = [newKey(), newKey()]
  const first = await start(old)
  await register(first, ADA)
  await stop(first)
  await expect(start(young)).rejects.toThrow('To retire it, keep it behind the new one')
  const second = await start(`${young},${old}`)
  expect(await guestguard(second.env, 'keys', 'rotate')).toMatchObject({ code: 0 })
  await stop(second)

  const third = await start(young)
  expect(await login(third.client(), ADA)).toMatchObject({ status: 200, body: { host: { email: ADA } } })
  const again = await third.client().post('/api/auth/register', { email: ADA, password: 'another password' })
  expect(again).toMatchObject({ status: 409, body: { code: 'email_taken' } })
}, 60_000)

it('finds the hosts of a backup where it is restored, also in a database that was started before', async () => {
  const masterKey = newKey()
  const [original, elsewhere] = [await installation(), await installation()]
  const first = await original(masterKey)
  await register(first, ADA)
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-keys-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'guests.backup')
  expect(await guestguard(first.env, 'backup', file)).toMatchObject({ code: 0 })
  const unused = await elsewhere(masterKey)
  await stop(unused)
  const env = { ...unused.env, DATA_DIR: path.join(folder, 'data') }
  expect(await guestguard(env, 'restore', file)).toMatchObject({ code: 0 })
  expect(await login((await elsewhere(masterKey)).client(), ADA)).toMatchObject({ status: 200 })
}, 120_000)
