import { afterAll, beforeAll, expect, it } from 'vitest'
import { addGuest, createEvent, expectStatus, PASSWORD, register, type TestHost } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { guestguard, jsonOf, type Ran } from './guestguard.ts'

let product: TestProduct
let host: TestHost

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product, 'ada@example.org')
})

afterAll(async () => {
  await product.stop()
})

const run = (...args: readonly string[]): Promise<Ran> =>
  guestguard({ DATA_DIR: product.dataDir, DATABASE_URL: product.databaseUrl }, ...args)

async function planOf(): Promise<string> {
  const me = await host.client.get<{ host: { plan: string } }>('/api/auth/me')
  return expectStatus(me, 200).host.plan
}

it('puts a host on a plan beside the running product, and names whom and what there is not', async () => {
  expect(await planOf()).toBe('free')
  expect((await run('host', 'set-plan', ' Ada@Example.org', 'pro')).code).toBe(0)
  await expect.poll(planOf).toBe('pro')
  expect(jsonOf(await run('host', 'set-plan', 'ada@example.org', 'pro', '--json'))).toMatchObject({
    changed: false,
  })
  expect(await run('host', 'set-plan', 'nobody@example.org', 'pro')).toMatchObject({
    code: 1,
    errors: 'Nobody is registered as nobody@example.org.\n',
  })
  const unknown = await run('host', 'set-plan', 'ada@example.org', 'busines')
  expect(unknown).toMatchObject({ code: 2 })
  expect(unknown.errors).toContain('There is no plan busines. Did you mean business?')
  const stream = await product.store.readStream(`host-${host.id}`)
  expect(stream.exists && stream.records.at(-1)).toMatchObject({
    type: 'HostPlanChanged',
    data: { plan: 'pro' },
    metadata: { actor: 'ops:plans' },
  })
})

it('switches parts of the product off and on, which hosts see and routes obey', async () => {
  const event = await createEvent(host)
  await addGuest(host, event.id, { email: 'grace@example.org' })
  const all = { registration: true, import: true, invitations: true }
  const seen = async () => expectStatus(await host.client.get<{ flags: object }>('/api/flags'), 200).flags
  expect(await seen()).toEqual(all)
  expectStatus(await product.client().get('/api/flags'), 401)

  for (const flag of Object.keys(all))
    expect((await run('flags', 'set', flag, 'off')).out).toBe(`${flag} is off now.\n`)
  expect((await run('flags', 'list')).out).toMatch(/^registration +off +New hosts may register$/m)
  // Running processes look again after two seconds of their clock.
  product.clock.advance(5_000)
  expect(await seen()).toEqual({ registration: false, import: false, invitations: false })
  const base = `/api/events/${event.id}`
  const refused = [
    [
      'registration',
      await product.client().post('/api/auth/register', { email: 'new@example.org', password: PASSWORD }),
    ],
    ['invitations', await host.client.post(`${base}/invitations/send`, { channel: 'email' })],
    [
      'import',
      await host.client.request('POST', `${base}/guests/import`, {
        body: 'name\nAda',
        headers: { 'content-type': 'text/csv' },
      }),
    ],
  ] as const
  for (const [feature, answer] of refused)
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status: 503,
      body: { code: 'feature_disabled', feature },
    })
  expectStatus(await product.client().post(`${base}/invitations/send`, { channel: 'email' }), 401)
  // What is not switched off goes on.
  await addGuest(host, event.id, { name: 'Edsger Dijkstra' })

  for (const flag of Object.keys(all)) await run('flags', 'set', flag, 'on')
  product.clock.advance(5_000)
  expect(await seen()).toEqual(all)
  expectStatus(await host.client.post(`${base}/invitations/send`, { channel: 'email' }), 202)
})

it('knows no flag that nothing looks at', async () => {
  const wrong = await run('flags', 'set', 'invitation', 'off')
  expect(wrong).toMatchObject({ code: 2 })
  expect(wrong.errors).toContain('There is no flag invitation. Did you mean invitations?')
  expect(await run('flags', 'set', 'import', 'maybe')).toMatchObject({ code: 2 })
})
