import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Readiness } from '../../src/http/deps.ts'
import { freePort } from '../../src/postgres/free-port.ts'
import { Scrape } from '../observability/metrics-text.ts'
import { TestClient } from '../support/client.ts'
import { startEsdbServer, type EsdbServer } from '../support/esdb-server/server.ts'
import { connectLive } from '../support/live-feed.ts'
import { addGuest, createEvent, expectStatus, open, register, reply } from '../support/party.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import {
  createDataDir,
  requirePages,
  spawnProduct,
  until,
  type ProductProcess,
} from '../support/product-process.ts'
import { startSmtp, type TestSmtp } from '../support/smtp.ts'

const MASTER_KEY = 'Dx4tPEtaaXiHlqW0w9Lh8A8eLTxLWml4h5altMPS4fA='
const HEALTHCHECK = path.join(import.meta.dirname, '../../bin/healthcheck.mjs')

let esdb: EsdbServer
let database: TestDatabase
let smtp: TestSmtp
const folders: Awaited<ReturnType<typeof createDataDir>>[] = []
const running: ProductProcess[] = []
let worker: ProductProcess
let port: number
let ops: { readonly api: number; readonly worker: number }

/** As docker-compose.yml starts them: the same environment but for the role, and a folder of their own. */
async function start(role: 'api' | 'worker', opsPort: number): Promise<ProductProcess> {
  const folder = await createDataDir()
  folders.push(folder)
  const process = spawnProduct({
    ROLE: role,
    PORT: String(port),
    DATA_DIR: folder.dir,
    DATABASE_URL: database.url,
    EVENTSTORE_URL: esdb.url,
    SMTP_URL: smtp.url,
    MASTER_KEY,
    PUBLIC_URL: 'http://guests.example.org',
    OPS_PORT: String(opsPort),
  })
  running.push(process)
  return process
}

const clientOf = (at: number, ip: string) => new TestClient(`http://127.0.0.1:${String(at)}`, ip)
const readyAt = async (at: number) => {
  const answer = await clientOf(at, '10.0.0.1')
    .get<Readiness>('/health/ready')
    .catch(() => null)
  return answer?.status === 200
}

async function metricsOf(at: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${String(at)}/metrics`)
  return new Scrape(await response.text())
}

beforeAll(async () => {
  await requirePages()
  esdb = await startEsdbServer()
  smtp = await startSmtp()
  database = await createTestDatabase()
  port = await freePort()
  ops = { api: await freePort(), worker: await freePort() }
  await start('api', ops.api)
  worker = await start('worker', ops.worker)
  await until('the worker is ready', () => readyAt(ops.worker))
  await until('the api is ready', () => readyAt(ops.api))
})

afterAll(async () => {
  for (const process of running) await process.end('SIGTERM')
  await database.drop()
  await smtp.stop()
  esdb.stop()
  for (const folder of folders) await folder.remove()
})

describe('an api and a worker, each a process of its own', () => {
  it('are one product: what one records the other projects, tells live and writes to guests', async () => {
    const client = clientOf(port, '10.0.0.8')
    const host = await register({ client: () => client })
    const event = await createEvent(host)
    const guest = await addGuest(host, event.id, { name: 'Grace Hopper', email: 'grace@example.org' })
    expect(guest.view.name).toBe('Grace Hopper')
    const feed = await connectLive(host.client, `/api/events/${event.id}/live`)

    const visitor = clientOf(port, '10.0.0.9')
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const answer = { answer: 'attending', partySize: 1 }
    expectStatus(await reply(visitor, guest.token, rsvpToken, answer), 200)

    await until('the live feed tells of the opening and of the answer', () => {
      const told = feed.items().map(({ kind }) => kind)
      return told.includes('opening') && told.includes('rsvp')
    })
    await feed.close()
    await until('the worker has written to the guest', () => smtp.received.length > 0)
    expect(smtp.received[0]?.to).toEqual(['grace@example.org'])
    expect(smtp.received[0]?.email.text).toContain('http://guests.example.org/r/')
  })

  it('share the work: only the worker writes read models and works on jobs', async () => {
    const sent = { channel: 'email', outcome: 'sent' }
    // The mail server has a mail before the worker hears that it has.
    await until('the mail is counted, once', async () => {
      return (await metricsOf(ops.worker)).value('guestguard_messages_total', sent) === 1
    })
    const [ofApi, ofWorker] = [await metricsOf(ops.api), await metricsOf(ops.worker)]
    expect(ofApi.value('guestguard_build_info', { role: 'api', store: 'eventstoredb' })).toBe(1)
    expect(ofApi.value('guestguard_projection_writer')).toBe(0)
    expect(ofWorker.value('guestguard_projection_writer')).toBeGreaterThan(3)
    expect(ofWorker.value('guestguard_processes_holder')).toBe(1)
    expect(ofApi.value('guestguard_openings_total')).toBe(1)
  })

  it('answer the health check of their container, and fail it once they are gone', async () => {
    const check = (at: number) =>
      promisify(execFile)(process.execPath, [HEALTHCHECK], { env: { OPS_PORT: String(at) } })
    expect((await check(ops.worker)).stdout).toContain('"status":"ready"')
    expect((await worker.end('SIGTERM')).code).toBe(0)
    await expect(check(ops.worker)).rejects.toMatchObject({ code: 1 })
  })

  it('go on in parts: without a worker guests open links, and what is due waits for the next one', async () => {
    const visitor = clientOf(port, '10.0.0.10')
    const host = await register({ client: () => visitor })
    const event = await createEvent(host)
    const guest = await addGuest(host, event.id, { name: 'Alan Turing', email: 'alan@example.org' })
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    expectStatus(await reply(visitor, guest.token, rsvpToken, { answer: 'attending', partySize: 1 }), 200)
    expect((await metricsOf(ops.api)).value('guestguard_projection_lag_facts')).toBeGreaterThan(0)
    const mails = smtp.received.length

    await start('worker', ops.worker)
    await until('the next worker is ready', () => readyAt(ops.worker))
    await until('the guest is written to', () => smtp.received.length > mails)
    expect(smtp.received.at(-1)?.to).toEqual(['alan@example.org'])
    await until('the read models are current', async () => {
      return (await metricsOf(ops.api)).value('guestguard_projection_lag_facts') === 0
    })
  })
})
