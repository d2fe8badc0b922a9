import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { GuestView } from '../../src/contracts/guests.ts'
import { contentOf } from '../../src/transfer/fact-line.ts'
import { dumpReadModels, openInstallation, type Installation } from '../durability/installation.ts'
import { createEvent, expectStatus, open, PASSWORD, reply, tokenOf } from '../support/party.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { requirePages, spawnProduct, type ProductProcess } from '../support/product-process.ts'
import { guestguard, jsonOf, startGuestguard } from './guestguard.ts'

const GUESTS = 25

let folder: string
let product: ProductProcess
let eventId: string
let tokens: string[]

const at = (name: string) => path.join(folder, name)
const inFolder = (name: string) => ({ DATA_DIR: at(name) })

beforeAll(async () => {
  await requirePages()
  folder = await mkdtemp(path.join(tmpdir(), 'guestguard-backup-'))
  product = spawnProduct(inFolder('original'))
  const host = await product.client()
  expectStatus(await host.post('/api/auth/register', { email: 'host@example.org', password: PASSWORD }), 201)
  eventId = (await createEvent({ client: host }, { maxCapacity: 20 })).id
  const added = []
  for (let n = 0; n < GUESTS; n++) {
    const body = { name: `Guest ${String(n)}`, email: `guest-${String(n)}@example.org`, plusOnesAllowed: 1 }
    const path = `/api/events/${eventId}/guests`
    added.push(expectStatus(await host.post<{ guest: GuestView; link: string }>(path, body), 201))
  }
  tokens = added.map(({ link }) => tokenOf(link))
  const forgotten = `/api/events/${eventId}/guests/${added[0]?.guest.id ?? ''}/forget`
  expectStatus(await host.post(forgotten), 204)
}, 90_000)

afterAll(async () => {
  await product.end('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

/** Guests who open their links and answer, one after the other, until told to stop. */
async function evening(over: AbortSignal): Promise<number> {
  let answered = 0
  const visitor = await product.client('198.51.100.7')
  for (const token of tokens.slice(1)) {
    if (over.aborted) break
    const opened = expectStatus(await open(visitor, token), 200)
    expectStatus(await reply(visitor, token, opened.rsvpToken, { answer: 'attending', partySize: 2 }), 200)
    answered += 1
  }
  return answered
}

async function contents({ product: { store } }: Installation): Promise<string[]> {
  const all: string[] = []
  for await (const page of store.readAll())
    all.push(
      ...page.map(
        (record) => `${String(record.position)} ${contentOf(record)} ${record.created.toISOString()}`,
      ),
    )
  return all
}

async function restored<T>(name: string, look: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await openInstallation(at(name))
  try {
    return await look(installation)
  } finally {
    await installation.close()
  }
}

it('saves one moment of the running product, and what is restored from it is that moment', async () => {
  const over = new AbortController()
  const going = evening(over.signal)
  const first = await guestguard(inFolder('original'), 'backup', at('under-load.backup'), '--json')
  const saved = jsonOf<{ position: string; rows: Record<string, number> }>(first)
  over.abort()
  await going
  await evening(new AbortController().signal)
  expect(await guestguard(inFolder('original'), 'backup', at('after.backup'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('The master key is not in it') as unknown,
  })
  expect((await stat(at('after.backup'))).mode & 0o777).toBe(0o600)
  await product.end('SIGTERM')
  const original = await restored('original', async (installation) => ({
    log: await contents(installation),
    models: await dumpReadModels(installation),
  }))

  for (const name of ['under-load', 'after']) {
    await mkdir(at(name))
    await copyFile(at('original/master.key'), at(`${name}/master.key`))
    expect(await guestguard(inFolder(name), 'restore', at(`${name}.backup`))).toMatchObject({ code: 0 })
    expect((await readdir(at(name))).toSorted()).toEqual(['master.key', 'postgres', 'postgres.password'])
  }
  await restored('after', async (installation) => {
    expect(await contents(installation)).toEqual(original.log)
    expect(await dumpReadModels(installation)).toEqual(original.models)
  })
  await restored('under-load', async (installation) => {
    const log = await contents(installation)
    expect(log).toHaveLength(saved.rows['eventstore.events'] ?? -1)
    expect(log).toEqual(original.log.slice(0, Number(saved.position)))
    await dumpReadModels(installation)
    const status = await installation.product.projections.status()
    expect(status.every(({ state, deadLetters }) => state === 'active' && deadLetters.facts === 0)).toBe(true)
  })
  product = spawnProduct(inFolder('after'))
  const host = await product.client()
  expectStatus(await host.post('/api/auth/login', { email: 'host@example.org', password: PASSWORD }), 200)
  const guests = await host.get<{ items: { name: string | null }[] }>(
    `/api/events/${eventId}/guests?limit=100`,
  )
  expect(expectStatus(guests, 200).items.map(({ name }) => name)).toContain('Guest 7')
}, 180_000)

it('brings the master key along only when asked, sealed or as it is', async () => {
  const secrets = (await readFile(at('original/master.key'), 'utf8')).match(/[A-Za-z0-9+/]{43}=/g) ?? []
  expect(secrets).toHaveLength(1)
  const [secret = ''] = secrets
  const environment = inFolder('after')
  expect(gunzipSync(await readFile(at('after.backup'))).toString()).not.toContain(secret)

  expect(await guestguard(environment, 'backup', at('s'), '--master-key', 'sealed')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('Set BACKUP_PASSPHRASE') as unknown,
  })
  const passphrase = { BACKUP_PASSPHRASE: 'a long enough sentence' }
  const sealing = await guestguard(
    { ...environment, ...passphrase },
    'backup',
    at('sealed.backup'),
    '--master-key',
    'sealed',
  )
  expect(sealing.code).toBe(0)
  expect(gunzipSync(await readFile(at('sealed.backup'))).toString()).not.toContain(secret)
  expect(await guestguard(environment, 'backup', at('clear.backup'), '--master-key', 'clear')).toMatchObject({
    code: 0,
  })
  expect(gunzipSync(await readFile(at('clear.backup'))).toString()).toContain(secret)

  const nowhere = await createTestDatabase()
  const target = { DATABASE_URL: nowhere.url, DATA_DIR: at('from-sealed') }
  const attempts = [
    [target, 'after.backup', 'is needed and not in the backup'],
    [target, 'sealed.backup', 'set BACKUP_PASSPHRASE'],
    [{ ...target, BACKUP_PASSPHRASE: 'another sentence' }, 'sealed.backup', 'is not the one'],
    [
      { ...target, MASTER_KEY: `k1:${Buffer.alloc(32, 'xy').toString('base64')}` },
      'clear.backup',
      'are sealed under the master key',
    ],
  ] as const
  for (const [env, file, sentence] of attempts) {
    const { code, errors } = await guestguard(env, 'restore', at(file))
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining(sentence) as unknown })
  }
  expect(await guestguard({ ...target, ...passphrase }, 'restore', at('sealed.backup'))).toMatchObject({
    code: 0,
  })
  expect(await readFile(at('from-sealed/master.key'), 'utf8')).toContain(secret)
  expect((await stat(at('from-sealed/master.key'))).mode & 0o777).toBe(0o600)
  const again = await guestguard({ ...target, ...passphrase }, 'restore', at('sealed.backup'))
  expect(again).toMatchObject({
    code: 1,
    errors: expect.stringContaining('The database is not empty') as unknown,
  })
  await nowhere.drop()
}, 60_000)

it('restores nothing of a file that is not whole, and nothing over an installation', async () => {
  const whole = await readFile(at('clear.backup'))
  const text = gunzipSync(whole)
  const changed = Buffer.from(text.toString('latin1').replace('GuestInvited', 'GuestUninvit'), 'latin1')
  const cases: readonly (readonly [name: string, content: Buffer, sentence: string])[] = [
    ['cut', whole.subarray(0, whole.length - 200), 'The backup cannot be read'],
    ['short', gzipSync(text.subarray(0, text.lastIndexOf('{"end"'))), 'it ends before its last line'],
    ['changed', gzipSync(changed), 'the file was changed'],
    ['other', gzipSync('{"hello":1}\n'), 'This is not a backup of GuestGuard'],
    ['plain', Buffer.from('hello\n'), 'The backup cannot be read'],
  ]
  for (const [name, content, sentence] of cases) {
    await writeFile(at(name), content)
    const { code, errors } = await guestguard(inFolder(`to-${name}`), 'restore', at(name))
    expect({ name, code, errors }).toEqual({
      name,
      code: 1,
      errors: expect.stringContaining(sentence) as unknown,
    })
  }
  const over = await guestguard(inFolder('original'), 'restore', at('clear.backup'))
  expect(over).toMatchObject({ code: 2, errors: expect.stringContaining('is not empty') as unknown })
  expect(await guestguard(inFolder('nothing-here'), 'backup', at('none'))).toMatchObject({ code: 2 })
})

it('begins anew after kill -9, with nothing half restored in its place', async () => {
  const restoring = startGuestguard(inFolder('killed'), ['restore', at('clear.backup')])
  await expect
    .poll(() => readdir(at('killed')).catch(() => []), { timeout: 20_000, interval: 20 })
    .toContain('restore.part')
  process.kill(-(restoring.child.pid ?? 0), 'SIGKILL')
  await restoring.ended
  expect(await readdir(at('killed'))).not.toContain('postgres')
  expect(await guestguard(inFolder('killed'), 'restore', at('clear.backup'))).toMatchObject({ code: 0 })
  expect((await readdir(at('killed'))).toSorted()).toEqual(['master.key', 'postgres', 'postgres.password'])
})
