import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { pathWith, routesOf, type OpenApi, type Route } from '../support/openapi.ts'
import { textLike } from '../support/matchers.ts'
import { addGuest, createEvent, expectStatus, register, type TestHost } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct
let host: TestHost
let routes: Route[]

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
  routes = routesOf(expectStatus(await host.client.get<OpenApi>('/api/openapi.json'), 200))
})

afterAll(async () => {
  await product.stop()
})

/** @param tree lines such as `│   └── /guests (GET, POST)`, each level indented by four more characters */
function servedRoutes(tree: string): string[] {
  const above: string[] = []
  return tree.split('\n').flatMap((line) => {
    const match = /^(\W*?)[├└]── (\S*)(?: \((.*)\))?$/.exec(line)
    if (match === null) return []
    const [, indent = '', part = '', methods = ''] = match
    const depth = indent.length / 4
    above.splice(depth, Infinity, part)
    const path = above.join('')
    return methods.split(', ').map((method) => `${method} ${path}`)
  })
}

describe('operations', () => {
  it('say that the process lives and that it is ready, with what it looked at', async () => {
    const live = await product.client().get('/health')
    const ready = await product.client().get<{ checks: object }>('/health/ready')
    expect(live.body).toEqual({ status: 'ok' })
    expect(expectStatus(ready, 200)).toEqual({
      status: 'ready',
      checks: {
        database: { ok: true, detail: 'answers' },
        eventStore: { ok: true, detail: textLike(/^head at \d+$/) },
        projections: { ok: true, detail: 'up to date' },
      },
    })
    expect(ready.headers.get('cache-control')).toBe('no-store')
  })
})

describe('the API document', () => {
  it('has every route of the API with its answers, and nothing that does not exist', () => {
    const documented = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
    const served = servedRoutes(product.app.printRoutes({ commonPrefix: false })).filter(
      (route) => /^(?!HEAD)\w+ \/(api|health)/.test(route) && route !== 'GET /api/openapi.json',
    )
    expect(served.length).toBeGreaterThan(30)
    expect(documented.toSorted()).toEqual(served.toSorted())
  })

  it('is an OpenAPI 3.1 document whose paths name their parameters', async () => {
    const { body } = await host.client.get<OpenApi & { info: { title: string } }>('/api/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    expect(body.info.title).toBe('GuestGuard')
    for (const [path, operations] of Object.entries(body.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const [method, operation] of Object.entries(operations)) {
        const named = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name)
        expect(named.toSorted(), `${method} ${path}`).toEqual(inPath.toSorted())
        expect(Object.keys(operation.responses ?? {}), `${method} ${path}`).not.toEqual([])
      }
    }
  })

  it('says who has to sign in: without it, those routes and only those answer 401 to anything', async () => {
    const guarded = routes.filter(({ security }) => security.length > 0)
    expect(guarded.length).toBeGreaterThan(20)
    const stranger = product.client()
    for (const { method, path, security } of guarded) {
      const answer = await stranger.request(method, pathWith(path, {}))
      expect(answer.status, `${method} ${path}`).toBe(401)
      expect(['session,bearer', 'ticket']).toContain(security.join(','))
    }
    for (const { method, path } of routes.filter(({ security }) => security.length === 0)) {
      // An answer to a guest asks for the token of the opening, but not of a link that does not exist.
      expect((await stranger.request(method, pathWith(path, {}))).status, `${method} ${path}`).not.toBe(401)
    }
  })

  it('can be read in a browser', async () => {
    const page = await host.client.get('/docs/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('swagger-ui')
    const script = await host.client.get('/docs/static/swagger-ui-bundle.js')
    expect(script.status).toBe(200)
  })
})

describe('every answer', () => {
  it.each([
    '/',
    '/r/nonsense',
    '/scan',
    '/api/auth/me',
    '/api/nothing',
    '/health',
    '/assets/app-0123abcd.js',
  ])('at %s carries the headers that protect browsers', async (path) => {
    const { headers } = await product.client().get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    // WebAssembly, and only where codes are read: it opens no way to run a text as a script.
    const own = path === '/scan' ? policy.replace("'wasm-unsafe-eval'", '') : policy
    expect(own).not.toMatch(/unsafe-|\*/)
    expect(policy === own).toBe(path !== '/scan')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toContain('max-age=')
    expect(headers.get('server')).toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
  })

  it.each(['/', '/login', '/events', '/events/01ARZ3NDEKTSV4RRFFQ69G5FAV/guests', '/scan'])(
    'of the page %s is a page that no cache keeps',
    async (path) => {
      const page = await product.client().get(path)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toContain('text/html')
      expect(page.headers.get('cache-control')).toBe('no-store')
    },
  )

  it('of the API is kept by no cache when it is about somebody', async () => {
    const event = await createEvent(host)
    for (const path of [
      '/api/auth/me',
      '/api/events',
      `/api/events/${event.id}`,
      `/api/events/${event.id}/guests`,
    ]) {
      const { headers } = await host.client.get(path)
      expect(headers.get('cache-control'), path).toMatch(/no-store|private/)
    }
  })

  it('of a file with a hash in its name is kept for a year', async () => {
    const asset = await product.client().get('/assets/app-0123abcd.js')
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('to what does not exist is a problem, and tells no secret of the address', async () => {
    const missing = await product.client().get<Problem>('/api/rsvp/secret-token-of-a-guest/nothing')
    expect(missing.status).toBe(404)
    expect(missing.headers.get('content-type')).toContain('application/problem+json')
    expect(missing.text).not.toContain('secret-token-of-a-guest')
    const outside = await product.client().request('GET', '/assets/..%2f..%2fdata%2fmaster.key')
    expect(outside.status).toBe(404)
  })
})

describe('events of others', () => {
  it('do not exist for another host, and are closed to nobody, at every address below them', async () => {
    const event = await createEvent(host)
    const guest = await addGuest(host, event.id)
    const outsider = await register(product)
    const values = { eventId: event.id, guestId: guest.id, checkInId: guest.id }
    const below = routes.filter(({ path }) => path.includes('{eventId}'))
    expect(below.length).toBeGreaterThanOrEqual(20)

    const bodies = new Set<string>()
    for (const { method, path, body } of below) {
      const address = pathWith(path, values)
      const options = body === null ? {} : { json: {} }
      const byOutsider = await outsider.client.request<Problem>(method, address, options)
      const byNobody = await product.client().request<Problem>(method, address, options)
      expect([byOutsider.status, byNobody.status], `${method} ${path}`).toEqual([404, 401])
      bodies.add(byOutsider.text)
      const noSuch = address.replaceAll(event.id, '01ARZ3NDEKTSV4RRFFQ69G5FAV')
      bodies.add((await outsider.client.request(method, noSuch, options)).text)
    }
    expect([...bodies], 'the same words as for an event that never was').toHaveLength(1)
    const after = await host.client.get<{ name: string }>(`/api/events/${event.id}/guests/${guest.id}`)
    expect(after.body.name).toBe('Grace Hopper')
  })

  it('keep their guests to themselves when a guest is asked for under an own event', async () => {
    const event = await createEvent(host)
    const guest = await addGuest(host, event.id)
    const outsider = await register(product)
    const own = await createEvent(outsider)
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/link'],
      ['POST', '/link'],
      ['POST', '/link/revoke'],
      ['POST', '/forget'],
    ] as const) {
      const options = method === 'PATCH' ? { json: { name: 'Taken over' } } : {}
      const address = `/api/events/${own.id}/guests/${guest.id}${path}`
      expect((await outsider.client.request(method, address, options)).status, `${method} ${path}`).toBe(404)
    }
  })
})
