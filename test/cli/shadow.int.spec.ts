import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import type { EventView } from '../../src/contracts/events.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { guestguard, jsonOf, type Ran } from './guestguard.ts'

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

const ops = (...args: readonly string[]) =>
  guestguard({ DATA_DIR: product.dataDir, DATABASE_URL: product.databaseUrl }, ...args)
const json = (ran: Ran) => jsonOf<Record<string, unknown>>(ran)

const device = (name: string) => ({ platform: name, vendor: name })

/** Opens a guest's link on the telephone, then on a laptop in another network. @returns the openings, newest first */
async function openTwice(name: string, net: number): Promise<ActivityItem[]> {
  const { token, id } = await addGuest(host, event.id, { name })
  await open(product.client(`198.51.${String(net)}.10`), token, device('phone'))
  await open(product.client(`203.0.${String(net)}.20`), token, device('laptop'))
  await readModelsCaughtUp(product)
  const path = `/api/events/${event.id}/activity?guest=${id}`
  return expectStatus(await host.client.get<{ items: ActivityItem[] }>(path), 200).items
}

it('compares nothing while no rule set scores along', async () => {
  const compared = await ops('rules', 'compare')
  expect(compared).toMatchObject({ code: 2 })
  expect(compared.errors).toContain('No rule set scores along.')
  const none = await ops('rules', 'compare', '--rules', 'v2')
  expect(none).toMatchObject({ code: 0, out: 'v2 has scored no opening along.\n' })
})

it('lets a rule set score along, and nobody but ops notices', async () => {
  const before = await openTwice('Ada Lovelace', 1)
  expect(await ops('rules', 'shadow', 'v1')).toMatchObject({ code: 1 })
  expect((await ops('rules', 'shadow', 'v9')).errors).toContain('known: v1, v2')
  expect(json(await ops('rules', 'shadow', 'v2', '--json'))).toEqual({ shadow: 'v2', changed: true })
  expect(json(await ops('rules', 'shadow', 'v2', '--json'))).toEqual({ shadow: 'v2', changed: false })
  expect((await ops('rules', 'list')).out).toMatch(/^\* v1 .*\n\+ v2 /)
  // Running processes look again after two seconds of their clock.
  product.clock.advance(5_000)
  const after = await openTwice('Grace Hopper', 2)
  const seen = (items: readonly ActivityItem[]) =>
    items.map(({ score, band, decision, ruleSet, reasons }) => ({ score, band, decision, ruleSet, reasons }))
  expect(seen(after)).toEqual(seen(before))
})

it('prints how it would have banded beside the rules in force, measured by verdicts', async () => {
  const [, second] = [await openTwice('Alan Turing', 3), await openTwice('Emmy Noether', 4)]
  const path = `/api/events/${event.id}/access-logs/${second[0]?.id ?? ''}/feedback`
  expectStatus(await host.client.post(path, { verdict: 'legitimate' }), 200)

  const compared = json(await ops('rules', 'compare', '--json'))
  expect(compared).toMatchObject({
    rules: 'v2',
    beside: { v1: 6 },
    openings: 6,
    before: { low: 3, medium: 0, high: 3, block: 0 },
    verdicts: { legitimate: 1, suspicious: 0 },
    agreementBefore: { precision: 0, recall: null },
  })
  const { out } = await ops('rules', 'compare', '--event', event.id)
  expect(out).toContain('6 openings that v2 scored along with v1:')
  expect(out).toMatch(/ {2}3 from Suspicious to (Verified|Review)/)
  expect(out).toContain('By 1 verdict, v1: precision 0 %, recall unknown')
  expect((await ops('preview', 'verify', 'all')).code).toBe(0)

  expect((await host.client.delete(path)).status).toBe(204)
  expect((await ops('rules', 'compare')).out).toContain('No verdicts to measure it by.')
})

it('ends when it is told to, or when the shadow comes into force', async () => {
  expect((await ops('rules', 'shadow', 'off')).out).toBe('No rule set scores along any more.\n')
  expect(json(await ops('rules', 'shadow', 'off', '--json'))).toEqual({ shadow: null, changed: false })
  product.clock.advance(5_000)
  await openTwice('Kurt Godel', 5)
  expect(json(await ops('rules', 'compare', '--rules', 'v2', '--json'))['openings']).toBe(6)

  await ops('rules', 'shadow', 'v2')
  await ops('rules', 'activate', 'v2')
  const listed = jsonOf<object[]>(await ops('rules', 'list', '--json'))
  expect(listed).toMatchObject([
    { id: 'v1', active: false, shadow: false },
    { id: 'v2', active: true, shadow: false },
  ])
})
