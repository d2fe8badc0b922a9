import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addGuest, createEvent, readModelsCaughtUp } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { asJson, judge, named, Walk } from './walk.ts'
import { WRONG_BODIES, WRONG_HEADERS, wrongValues } from './wrong-values.ts'

// Every test sends hundreds of requests, more with each route of the product.
vi.setConfig({ testTimeout: 90_000 })

let product: TestProduct
let walk: Walk

beforeAll(async () => {
  product = await startTestProduct()
  walk = await Walk.begin(product)
})

afterAll(async () => {
  await product.stop()
})

describe('a wrong body', () => {
  it('is refused by every route that takes one, as a problem', async () => {
    expect(walk.withBody.length).toBeGreaterThanOrEqual(12)
    for (const route of walk.withBody) {
      for (const { what, bytes, type, refused } of WRONG_BODIES) {
        const answer = await walk.send(route, { headers: { 'content-type': type }, body: bytes })
        judge(answer, `${named(route)} with ${what}`, refused)
      }
      const without = await walk.send(route)
      judge(without, `${named(route)} without a body`, route.method !== 'GET')
    }
  })

  it('changes nothing but is survived by every route that takes none', async () => {
    for (const route of walk.routes.filter(({ body, method }) => body === null && method !== 'GET')) {
      const own = await walk.newScene()
      for (const { what, bytes, type } of WRONG_BODIES) {
        judge(
          await walk.send(route, { headers: { 'content-type': type }, body: bytes }, own),
          `${named(route)} with ${what}`,
        )
      }
    }
  })

  it('is refused when any field has a value of another type, by its name', async () => {
    for (const route of walk.withBody) {
      for (const [field, schema] of Object.entries(route.body?.properties ?? {})) {
        for (const { value, refused } of wrongValues(schema)) {
          const answer = await walk.send(route, asJson({ [field]: value }))
          judge(answer, `${named(route)} with ${field} = ${JSON.stringify(value).slice(0, 60)}`, refused)
        }
      }
    }
  })

  it('of any shape at all is survived by every route', async () => {
    const property = fc.asyncProperty(fc.nat(), fc.jsonValue({ maxDepth: 4 }), async (which, value) => {
      const candidates = walk.withBody
      const route = candidates[which % candidates.length]
      if (route === undefined) throw new Error('there are routes')
      const fields = Object.keys(route.body?.properties ?? {})
      const field = fields[which % fields.length] ?? 'x'
      judge(await walk.send(route, asJson(value)), `${named(route)} with ${JSON.stringify(value)}`)
      judge(
        await walk.send(route, asJson({ [field]: value })),
        `${named(route)} with ${field}: ${JSON.stringify(value)}`,
      )
    })
    await fc.assert(property, { numRuns: 150, seed: 2026 })
  })
})

describe('wrong headers', () => {
  it('are refused or survived by every route', async () => {
    for (const route of walk.routes) {
      const own = route.method === 'GET' ? walk.scene : await walk.newScene()
      for (const [name, value] of WRONG_HEADERS) {
        const change = route.body === null ? {} : asJson({ name: 'x' })
        const headers = { ...change.headers, [name]: value }
        judge(
          await walk.send(route, { ...change, headers }, own),
          `${named(route)} with ${name}: ${value.slice(0, 60)}`,
        )
      }
    }
  })

  it.each([
    ['idempotency-key', 'two words', 'bad_idempotency_key'],
    ['if-match', 'nonsense', 'bad_if_match'],
  ])('such as %s: %s are refused by a route that reads them', async (name, value, code) => {
    const route = walk.routes.find((one) => named(one) === 'PATCH /api/events/{eventId}')
    if (route === undefined) throw new Error('there is such a route')
    const change = asJson({ name: 'x' })
    const answer = await walk.send(route, { ...change, headers: { ...change.headers, [name]: value } })
    judge(answer, name, true)
    expect(JSON.parse(answer.text)).toMatchObject({ status: 400, code })
  })

  it('of a read that names a position which is none are refused by every list', async () => {
    for (const route of walk.routes.filter(
      ({ method, path }) => method === 'GET' && path.startsWith('/api/events'),
    )) {
      judge(await walk.send(route, { headers: { 'gg-min-position': 'x' } }), named(route), true)
    }
  })
})

describe('after all of that', () => {
  it('the product is ready, nothing is parked, and a host can go on', async () => {
    await readModelsCaughtUp(product)
    expect((await product.client().get('/health/ready')).status).toBe(200)
    const parked = (await product.projections.status()).map(({ name, deadLetters }) => [
      name,
      deadLetters.facts,
    ])
    expect(parked).toEqual(parked.map(([name]) => [name, 0]))
    const event = await createEvent(walk.host)
    await addGuest(walk.host, event.id)
    expect(
      (await walk.host.client.get(`/api/events/${walk.scene.values['eventId'] ?? ''}/guests`)).status,
    ).toBe(200)
    expect(
      (await walk.host.client.get(`/api/events/${walk.scene.values['eventId'] ?? ''}/activity`)).status,
    ).toBe(200)
  })
})
