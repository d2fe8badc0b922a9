import { expect } from 'vitest'
import { pathWith, routesOf, type OpenApi, type Route } from '../support/openapi.ts'
import { textLike } from '../support/matchers.ts'
import { addGuest, createEvent, expectStatus, open, register, type TestHost } from '../support/party.ts'
import type { TestProduct } from '../support/product.ts'
import { rawRequest, type RawAnswer } from '../support/raw-request.ts'

/** What a request to a route needs to get as far as its input. */
export interface Scene {
  /** Of the parameters in paths. */
  readonly values: Readonly<Record<string, string>>
  readonly rsvpToken: string
  readonly ticket: string
}

export interface Change {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

let visitors = 0

/** Each request comes from an address of its own, so that no limit answers in place of the route. */
export function nextAddress(): string {
  visitors += 1
  return `10.${String((visitors >> 16) & 255)}.${String((visitors >> 8) & 255)}.${String(visitors & 255)}`
}

/** Goes along every route of the API document with the credentials that it takes. */
export class Walk {
  readonly routes: readonly Route[]
  readonly scene: Scene
  readonly host: TestHost
  readonly base: string
  private readonly product: TestProduct

  private constructor(product: TestProduct, host: TestHost, routes: readonly Route[], scene: Scene) {
    this.product = product
    this.host = host
    this.base = host.client.base
    this.routes = routes
    this.scene = scene
  }

  static async begin(product: TestProduct): Promise<Walk> {
    const host = await register(product)
    const routes = routesOf(expectStatus(await host.client.get<OpenApi>('/api/openapi.json'), 200))
    return new Walk(product, host, routes, await setScene(product, host))
  }

  /** @returns an event with a guest of its own, for a route that may change it */
  newScene(): Promise<Scene> {
    return setScene(this.product, this.host)
  }

  get withBody(): readonly Route[] {
    return this.routes.filter(({ body }) => body !== null)
  }

  send(route: Route, { path, headers, body }: Change = {}, scene = this.scene): Promise<RawAnswer> {
    const all = { 'x-forwarded-for': nextAddress(), ...this.credentialsFor(route, scene), ...headers }
    return rawRequest(this.base, route.method, path ?? pathWith(route.path, scene.values), all, body)
  }

  private credentialsFor({ method, path }: Route, { rsvpToken, ticket }: Scene): Record<string, string> {
    if (path.startsWith('/api/check-in')) return { authorization: `Bearer ${ticket}` }
    if (path === '/api/rsvp/{token}' && method === 'POST') return { authorization: `Bearer ${rsvpToken}` }
    // It would end the session that the rest of the walk needs.
    if (path === '/api/auth/logout') return {}
    return { cookie: `gg_session=${this.host.client.cookies.get('gg_session') ?? ''}` }
  }
}

async function setScene(product: TestProduct, host: TestHost): Promise<Scene> {
  const event = await createEvent(host)
  const guest = await addGuest(host, event.id, { plusOnesAllowed: 2 })
  const { rsvpToken } = expectStatus(await open(product.client(), guest.token), 200)
  const ticketPath = `/api/events/${event.id}/scanner-ticket`
  const { ticket } = expectStatus(await host.client.post<{ ticket: string }>(ticketPath, {}), 201)
  const values = {
    eventId: event.id,
    guestId: guest.id,
    checkInId: guest.id,
    token: guest.token,
    id: 'x',
  }
  return { values, rsvpToken, ticket }
}

export const asJson = (value: unknown): Change => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

export const named = ({ method, path }: Route): string => `${method} ${path}`

/**
 * Every answer is one of the contract: no failure of ours, and what is refused is refused as a problem.
 * @param refused whether nothing but a refusal will do
 */
export function judge(answer: RawAnswer, what: string, refused = false): void {
  expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeLessThan(500)
  if (refused) expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeGreaterThanOrEqual(400)
  if (answer.status < 400) return
  expect(answer.contentType, what).toMatch(/^application\/problem\+json/)
  expect(JSON.parse(answer.text), what).toMatchObject({
    type: textLike(/./),
    title: textLike(/./),
    status: answer.status,
    detail: textLike(/^[^]+$/),
    code: textLike(/^[a-z_]+$/),
  })
}
