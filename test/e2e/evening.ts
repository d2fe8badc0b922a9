import type { z } from 'zod'
import type { scannerTicket } from '../../src/contracts/door.ts'
import {
  addGuest,
  answer,
  createEvent,
  expectStatus,
  open,
  register,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { HOME, type Stage } from './stage.ts'

/** Where strangers open links from; the data places it in Sao Paulo, 9,600 km from home. */
export const FAR_AWAY = '200.144.248.1'

/** A summer evening of the year to come, in Zurich. */
export const EVENT_DATE = `${String(new Date().getFullYear() + 1)}-06-20T17:30:00Z`

const PHONE = { platform: 'iPhone', touch: '5' }
const NAMES = [
  'Ada Lovelace',
  'Grace Hopper',
  'Blaise Pascal',
  'Sofja Wassiljewna Kowalewskaja-Krukowskaja',
  'Srinivasa Ramanujan',
  'Hypatia of Alexandria',
  'Evariste Galois',
  'Emmy Noether',
  'Leonhard Euler',
  'Mary Cartwright',
  'Kurt Godel',
  'Katherine Johnson',
]

/** A host, and an event at which everything has happened that pages show. */
export interface Evening {
  readonly host: TestHost
  readonly eventId: string
  /** In the order of the list; the first has answered and arrived, the last three have done nothing. */
  readonly guests: readonly TestGuest[]
  /** Code of the pass of the second guest, who has answered for three and not arrived. */
  readonly passCode: string
  /** Of the door. */
  readonly ticket: string
}

export async function startEvening(stage: Stage): Promise<Evening> {
  const host = await register(stage)
  const { id: eventId } = await createEvent(host, {
    name: 'Summer dinner in the orangery',
    eventDate: EVENT_DATE,
    timezone: 'Europe/Zurich',
    venue: 'Old Botanical Garden, Pelikanstrasse 40, Zurich',
    maxCapacity: 60,
  })
  const guests: TestGuest[] = []
  for (const name of NAMES) {
    const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@example.org`
    guests.push(await addGuest(host, eventId, { name, email, plusOnesAllowed: 3 }))
  }
  expectStatus(await host.client.post(`/api/events/${eventId}/invitations/send`, { channel: 'email' }), 202)
  const [first, second] = await replies(stage, guests)
  const { ticket } = expectStatus(
    await host.client.post<z.infer<typeof scannerTicket>>(`/api/events/${eventId}/scanner-ticket`, {
      gate: 'North gate',
    }),
    201,
  )
  const arrival = {
    code: first,
    arrivalCount: 2,
    scannedAt: new Date().toISOString(),
    deviceId: 'phone-at-the-gate',
    nonce: 'first-arrival',
  }
  const door = { authorization: `Bearer ${ticket}` }
  expectStatus(await stage.client().post('/api/check-in', arrival, door), 200)
  return { host, eventId, guests, passCode: second, ticket }
}

/** @returns the codes of the passes of the first two guests */
async function replies(stage: Stage, guests: readonly TestGuest[]): Promise<[string, string]> {
  const [first, second, third, fourth, fifth, sixth] = guests.map(({ token }) => token) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const going = (partySize: number) => ({ answer: 'attending', partySize, plusOneNames: ['Charles Babbage'] })
  const one = await answer(stage.client(), first, going(2))
  const two = await answer(stage.client(), second, going(3))
  await answer(stage.client(), third, { answer: 'declined', partySize: 1 })
  await answer(stage.client(), fourth, { answer: 'maybe', partySize: 1, note: 'I may be in Stockholm.' })
  for (const link of [fifth, sixth]) {
    expectStatus(await open(stage.client(HOME), link, PHONE), 200)
  }
  // Of one guest from another network and country, of one from another device as well.
  expectStatus(await open(stage.client(FAR_AWAY), fifth, PHONE), 200)
  expectStatus(await open(stage.client(FAR_AWAY), sixth, { platform: 'Win32', touch: '0' }), 403)
  return [one.pass?.code ?? '', two.pass?.code ?? '']
}

/** A guest alone at an event of their own. */
export async function inviteTo(
  host: TestHost,
  event: Readonly<Record<string, unknown>> = {},
  status: 'draft' | 'published' = 'published',
  email: string | null = null,
): Promise<{ eventId: string; guest: TestGuest }> {
  const details = { name: 'Chamber concert', eventDate: EVENT_DATE, timezone: 'Europe/Zurich', ...event }
  const { id: eventId } = await createEvent(host, details, status)
  const guest = await addGuest(host, eventId, { name: 'Ada Lovelace', email, plusOnesAllowed: 2 })
  return { eventId, guest }
}
