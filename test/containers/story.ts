import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { z } from 'zod'
import { readConfig } from '../../src/config.ts'
import type { arrivals, CheckInAnswer, scannerTicket } from '../../src/contracts/door.ts'
import type { GuestView, ImportReport } from '../../src/contracts/guests.ts'
import { newId } from '../../src/kernel/ids.ts'
import { DAY } from '../../src/kernel/time.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { startProduct } from '../../src/product.ts'
import { dumpReadModels, type Installation, rebuildAll } from '../durability/installation.ts'
import type { TestClient } from '../support/client.ts'
import { silentLog } from '../support/log.ts'
import { createEvent, expectStatus, open, PASSWORD, reply, tokenOf } from '../support/party.ts'
import { createDataDir, spawnProduct } from '../support/product-process.ts'
import type { Target } from './targets.ts'

/** 32 bytes: every process of the story, and a second run on the same database, opens the same keys. */
const MASTER_KEY = `story:${createHash('sha256').update('an evening with guests').digest('base64')}`

const GUESTS = 30

/**
 * One evening with the product as it is run past one machine: a process that serves and one that projects, on an event
 * store and a database of others. Then everything is read back, and built again from the log.
 */
export async function tellStory(target: Target): Promise<void> {
  const folder = await createDataDir()
  const env = { DATABASE_URL: target.databaseUrl, EVENTSTORE_URL: target.eventStoreUrl, MASTER_KEY }
  const worker = spawnProduct({ ...env, ROLE: 'worker', DATA_DIR: `${folder.dir}/worker` })
  const api = spawnProduct({ ...env, ROLE: 'api', DATA_DIR: `${folder.dir}/api` })
  const stop = () => Promise.all([api.end('SIGTERM'), worker.end('SIGTERM')])
  try {
    await haveParty(await api.client(), (ip) => api.client(ip))
  } catch (error) {
    const said = (await stop()).map(({ stderr, stdout }) => stdout + stderr)
    throw new Error(`the party ended early; the processes said: ${said.join('\n')}`, { cause: error })
  }
  for (const ended of await stop()) expect(ended).toMatchObject({ code: 0, stderr: '' })
  await compareWithRebuilt(env, `${folder.dir}/after`)
  await folder.remove()
}

async function haveParty(host: TestClient, visitor: (ip: string) => Promise<TestClient>): Promise<void> {
  const account = { email: `host-${newId().toLowerCase()}@example.org`, password: PASSWORD, name: 'Ada' }
  expectStatus(await host.post('/api/auth/register', account), 201)
  const event = await createEvent({ client: host }, { maxCapacity: GUESTS, eventDate: tomorrow() })
  const guests = await importGuests(host, event.id)
  const [first] = guests
  if (first === undefined) throw new Error('nobody was imported')

  const codes: string[] = []
  for (const [at, guest] of guests.entries()) {
    const phone = await visitor(`203.0.113.${String(at + 1)}`)
    const { rsvpToken } = expectStatus(await open(phone, guest.token), 200)
    const answer = {
      answer: at % 5 === 4 ? 'declined' : 'attending',
      ...(at % 5 === 4 ? {} : { partySize: 1 }),
    }
    const { pass } = expectStatus(await reply(phone, guest.token, rsvpToken, answer), 200)
    if (pass) codes.push(pass.code)
  }
  expect(codes).toHaveLength((GUESTS / 5) * 4)
  await checkIn(host, await visitor('203.0.113.200'), event.id, codes)
}

/** The processes go by the clock of the machine, and a pass ends with its event. */
const tomorrow = () => new Date(Date.now() + DAY).toISOString()

async function importGuests(host: TestClient, eventId: string) {
  const rows = Array.from(
    { length: GUESTS },
    (_, at) => `Guest ${String(at)},guest-${String(at)}@example.org`,
  )
  const imported = await host.request<ImportReport>('POST', `/api/events/${eventId}/guests/import`, {
    body: ['name,email', ...rows].join('\n'),
    headers: { 'content-type': 'text/csv' },
  })
  expectStatus(imported, 200)
  const list = await readAt<{ items: GuestView[] }>(
    host,
    `/api/events/${eventId}/guests?limit=200`,
    imported.headers,
  )
  expect(list.items).toHaveLength(GUESTS)
  const links = list.items.map(async ({ id }) =>
    expectStatus(await host.get<{ link: string }>(`/api/events/${eventId}/guests/${id}/link`), 200),
  )
  return (await Promise.all(links)).map(({ link }) => ({ token: tokenOf(link) }))
}

async function checkIn(
  host: TestClient,
  scanner: TestClient,
  eventId: string,
  codes: string[],
): Promise<void> {
  const path = `/api/events/${eventId}/scanner-ticket`
  const { ticket } = expectStatus(
    await host.post<z.infer<typeof scannerTicket>>(path, { gate: 'North' }),
    201,
  )
  let last = new Headers()
  for (const [at, code] of codes.entries()) {
    const scan = { code, arrivalCount: 1, scannedAt: new Date().toISOString(), deviceId: 'phone-1' }
    const sent = { ...scan, nonce: `story-${String(at).padStart(6, '0')}` }
    const answer = await scanner.post<CheckInAnswer>('/api/check-in', sent, {
      authorization: `Bearer ${ticket}`,
    })
    expect(expectStatus(answer, 200).result).toBe('admitted')
    last = answer.headers
  }
  const seen = await readAt<z.infer<typeof arrivals>>(host, `/api/events/${eventId}/arrivals`, last)
  expect(seen.arrived).toBe(codes.length)
}

/** Reads what the worker has projected of everything up to an answer. */
async function readAt<T>(client: TestClient, path: string, headers: Headers): Promise<T> {
  const answer = await client.get<T>(path, { 'gg-min-position': headers.get('gg-position') ?? '' })
  expect(answer.headers.get('gg-stale'), `${path} is up to date`).toBeNull()
  return expectStatus(answer, 200)
}

/** The read models as they were kept live, and as they are when they are built anew from the first fact. */
async function compareWithRebuilt(env: Readonly<Record<string, string>>, dataDir: string): Promise<void> {
  const config = readConfig({ ...env, PORT: '0', DATA_DIR: dataDir, GEOIP_PROVIDER: 'null' })
  const product = await startProduct({ config, logger: pino({ level: 'silent' }) })
  const pool = createPool(config.databaseUrl ?? '', { log: silentLog, max: 2 })
  const installation: Installation = { product, pool, close: () => product.stop() }
  try {
    const live = await dumpReadModels(installation)
    expect(Object.values(live).flat().length).toBeGreaterThan(GUESTS * 3)
    await rebuildAll(installation)
    expect(await dumpReadModels(installation)).toEqual(live)
  } finally {
    await pool.end()
    await product.stop()
  }
}
