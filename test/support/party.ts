import type { z } from 'zod'
import type { session } from '../../src/contracts/auth.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import type { OpenAnswer, RsvpAnswer } from '../../src/contracts/rsvp.ts'
import type { Answer, TestClient } from './client.ts'
import type { TestProduct } from './product.ts'

export const PASSWORD = 'correct horse battery'

export type Session = z.infer<typeof session>

export interface TestHost {
  readonly client: TestClient
  readonly id: string
  readonly email: string
}

export interface TestGuest {
  readonly id: string
  /** The secret part of the link. */
  readonly token: string
  readonly view: GuestView
}

let registered = 0

/** @returns the body of an answer whose status has to be this one */
export function expectStatus<T>(answer: Answer<T>, status: number): T {
  if (answer.status === status) return answer.body
  throw new Error(`answered ${String(answer.status)} instead of ${String(status)}: ${answer.text}`)
}

/** Registers a host and keeps the session in the client's cookies. */
export async function register(product: Pick<TestProduct, 'client'>, email?: string): Promise<TestHost> {
  registered += 1
  const client = product.client()
  const body = {
    email: email ?? `host-${String(registered)}@example.org`,
    password: PASSWORD,
    name: 'Ada Lovelace',
  }
  const { host } = expectStatus(await client.post<Session>('/api/auth/register', body), 201)
  return { client, id: host.id, email: body.email }
}

/** Signs in, or is refused. */
export function login(
  client: TestClient,
  email: string,
  password = PASSWORD,
): Promise<Answer<Session & Problem>> {
  return client.post<Session & Problem>('/api/auth/login', { email, password })
}

/** Creates an event and publishes it, unless `draft`. */
export async function createEvent(
  { client }: Pick<TestHost, 'client'>,
  details: Readonly<Record<string, unknown>> = {},
  status: 'draft' | 'published' = 'published',
): Promise<EventView> {
  const body = {
    name: 'Garden party',
    eventDate: '2026-06-20T19:00:00Z',
    timezone: 'Europe/Paris',
    ...details,
  }
  const created = expectStatus(await client.post<EventView>('/api/events', body), 201)
  if (status === 'draft') return created
  return expectStatus(await client.post<EventView>(`/api/events/${created.id}/publish`), 200)
}

export async function addGuest(
  { client }: Pick<TestHost, 'client'>,
  eventId: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<TestGuest> {
  const path = `/api/events/${eventId}/guests`
  const body = { name: 'Grace Hopper', ...details }
  const { guest, link } = expectStatus(await client.post<{ guest: GuestView; link: string }>(path, body), 201)
  return { id: guest.id, token: tokenOf(link), view: guest }
}

/** @returns the secret part of a link */
export const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1)

export function open(
  client: TestClient,
  token: string,
  fingerprint: Readonly<Record<string, string>> | null = { screen: '390x844', language: 'en' },
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<OpenAnswer>> {
  return client.post<OpenAnswer>(`/api/rsvp/${token}/open`, { fingerprint }, headers)
}

export function reply(
  client: TestClient,
  token: string,
  rsvpToken: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<RsvpAnswer>> {
  return client.post<RsvpAnswer>(`/api/rsvp/${token}`, body, {
    authorization: `Bearer ${rsvpToken}`,
    ...headers,
  })
}

/** Opens the invitation and answers it, both for the first time. */
export async function answer(
  client: TestClient,
  token: string,
  body: Readonly<Record<string, unknown>> = { answer: 'attending', partySize: 1 },
): Promise<RsvpAnswer> {
  const { rsvpToken } = expectStatus(await open(client, token), 200)
  return expectStatus(await reply(client, token, rsvpToken, body), 200)
}

/** Waits until the read models show everything that was recorded so far. */
export async function readModelsCaughtUp({
  store,
  projections,
}: Pick<TestProduct, 'store' | 'projections'>): Promise<void> {
  const head = await store.head()
  if (await projections.waitFor(head, 10_000)) return
  throw new Error(`the read models did not reach ${String(head)}`)
}
