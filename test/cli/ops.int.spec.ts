import { execFile } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import type { EventView } from '../../src/contracts/events.ts'
import { addGuest, createEvent, expectStatus, open, register, type TestHost } from '../support/party.ts'

const program = path.resolve(import.meta.dirname, '../../bin/guestguard.mjs')

let product: TestProduct
let host: TestHost
let event: EventView

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
  event = await createEvent(host)
})

afterAll(async () => {
  await product.stop()
})

/** The openings of the event, the newest first. */
async function openings(): Promise<ActivityItem[]> {
  await product.projections.waitFor(await product.store.head(), 5_000)
  const path = `/api/events/${event.id}/activity`
  const { items } = expectStatus(await host.client.get<{ items: ActivityItem[] }>(path), 200)
  return items.filter(({ kind }) => kind === 'opening')
}

const device = (name: string) => ({ platform: name, vendor: name })

interface Ran {
  readonly code: number
  readonly out: string
  readonly errors: string
}

/** Runs `guestguard` as ops would, beside the running product. */
function guestguard(...args: readonly string[]): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'],
    DATA_DIR: product.dataDir,
    DATABASE_URL: product.databaseUrl,
    LOG_LEVEL: 'error',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (failed, out, errors) => {
      resolve({ code: typeof failed?.code === 'number' ? failed.code : 0, out, errors })
    })
  })
}

const json = ({ out }: Ran) => JSON.parse(out) as Record<string, unknown>

it('teaches how it is called, and says which call is wrong', async () => {
  expect((await guestguard()).out).toContain('guestguard <command>')
  expect((await guestguard('rescore', '--help')).out).toContain('--apply')
  const unknown = await guestguard('frobnicate')
  expect(unknown).toMatchObject({ code: 2 })
  expect(unknown.errors).toContain('There is no command "frobnicate"')
  const missing = await guestguard('rescore')
  expect(missing).toMatchObject({ code: 2 })
  expect(missing.errors).toContain('--rules is missing')
})

it('names the variable of the environment that is wrong', async () => {
  const env = { PATH: process.env['PATH'], DATABASE_URL: 'mysql://nowhere' }
  const errors = await new Promise<string>((resolve) => {
    execFile(process.execPath, [program, 'rules', 'list'], { env }, (_failed, _out, said) => {
      resolve(said)
    })
  })
  expect(errors).toMatch(/^DATABASE_URL /)
})

it('compares without recording, records once, and leaves the decision as it was', async () => {
  const { token } = await addGuest(host, event.id)
  await open(product.client('198.51.100.10'), token, device('phone'))
  await open(product.client('203.0.113.20'), token, device('laptop'))
  const before = await openings()

  const looked = json(await guestguard('rescore', '--rules', 'v2', '--json'))
  expect(looked).toMatchObject({ applied: false, openings: 2, notRescorable: 0 })
  expect(await openings()).toEqual(before)

  expect(json(await guestguard('rescore', '--rules', 'v2', '--apply', '--json'))['changed']).toBe(2)
  expect(json(await guestguard('rescore', '--rules', 'v2', '--apply', '--json'))['changed']).toBe(0)

  const after = await openings()
  expect(after.map(({ ruleSet }) => ruleSet)).toEqual(['v2', 'v2'])
  expect(after.map(({ decision }) => decision)).toEqual(before.map(({ decision }) => decision))
  expect(after.map((opening) => opening.before)).toEqual(
    before.map(({ score, band }) => ({ score, band, ruleSet: 'v1' })),
  )
})

it('counts the openings of a forgotten guest as not to be scored again', async () => {
  const { token, id } = await addGuest(host, event.id, { name: 'Alan Turing' })
  await open(product.client('198.51.100.30'), token, device('phone'))
  expectStatus(await host.client.post(`/api/events/${event.id}/guests/${id}/forget`), 204)
  const looked = json(await guestguard('rescore', '--rules', 'v1', '--json'))
  expect(looked['notRescorable']).toBe(1)
})

it('activates a rule set for the openings that follow', async () => {
  expect((await guestguard('rules', 'activate', 'v9')).errors).toContain('known: v1, v2')
  expect(json(await guestguard('rules', 'activate', 'v2', '--json'))).toEqual({ active: 'v2', changed: true })
  expect(json(await guestguard('rules', 'activate', 'v2', '--json'))).toEqual({
    active: 'v2',
    changed: false,
  })
  expect((await guestguard('rules', 'list')).out).toContain('* v2')
  // Running processes look again after two seconds of their clock.
  product.clock.advance(5_000)
  const { token } = await addGuest(host, event.id, { name: 'Barbara Liskov' })
  await open(product.client('198.51.100.40'), token, device('tablet'))
  expect((await openings())[0]?.ruleSet).toBe('v2')
})

it('rotates the master key under a running product, whose links and names go on working', async () => {
  const { token, id } = await addGuest(host, event.id, { name: 'Edsger Dijkstra' })
  expect(await guestguard('keys', 'rotate', '--json')).toMatchObject({ code: 0 })
  expect((await open(product.client('198.51.100.50'), token, device('phone'))).status).toBe(200)
  const guest = await host.client.get<{ name: string }>(`/api/events/${event.id}/guests/${id}`)
  expect(guest.body.name).toBe('Edsger Dijkstra')
})
