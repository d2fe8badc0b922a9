import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { arrivals, CheckInAnswer, CheckInPreview, scannerTicket } from '../../src/contracts/door.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { anyText } from '../support/matchers.ts'
import {
  addGuest,
  answer,
  createEvent,
  expectStatus,
  readModelsCaughtUp,
  register,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

type Ticket = z.infer<typeof scannerTicket>

let product: TestProduct
let host: TestHost
let event: EventView
let guest: TestGuest
let code: string
let scanner: TestClient
let ticket: string

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
})

afterAll(async () => {
  await product.stop()
})

beforeEach(async () => {
  event = await createEvent(host)
  guest = await addGuest(host, event.id, { name: 'Grace Hopper', plusOnesAllowed: 2 })
  const body = { answer: 'attending', partySize: 3, plusOneNames: ['Bo', 'Cy'] }
  code = (await answer(product.client(), guest.token, body)).pass?.code ?? ''
  scanner = product.client()
  ticket = await ticketFor(event.id, 'North gate')
})

async function ticketFor(eventId: string, gate: string): Promise<string> {
  const path = `/api/events/${eventId}/scanner-ticket`
  return expectStatus(await host.client.post<Ticket>(path, { gate }), 201).ticket
}

const withTicket = () => ({ authorization: `Bearer ${ticket}` })

const preview = <T = CheckInPreview>(typed = code) =>
  scanner.post<T>('/api/check-in/preview', { code: typed }, withTicket())

const checkIn = <T = CheckInAnswer>(nonce: string, change: object = {}): Promise<Answer<T>> =>
  scanner.post<T>(
    '/api/check-in',
    { code, arrivalCount: 1, scannedAt: '2026-06-20T18:59:00Z', deviceId: 'phone-1', nonce, ...change },
    withTicket(),
  )

async function arrived(): Promise<z.infer<typeof arrivals>> {
  await readModelsCaughtUp(product)
  return expectStatus(await host.client.get(`/api/events/${event.id}/arrivals`), 200)
}

describe('a scanner ticket', () => {
  it('is for one gate, in an address that no server sees, until six hours after the day of the event', async () => {
    const body = { gate: 'South' }
    const made = expectStatus(
      await host.client.post<Ticket>(`/api/events/${event.id}/scanner-ticket`, body),
      201,
    )
    expect(made.url).toBe(`${product.url}/scan#${made.ticket}`)
    expect(made.qrSvg).toContain('<svg')
    // The event is on 20 June in Paris.
    expect(made).toMatchObject({ gate: 'South', expiresAt: '2026-06-21T04:00:00.000Z' })
  })

  it('ends at its time', async () => {
    const expiresAt = new Date(product.clock.now() + MINUTE).toISOString()
    const path = `/api/events/${event.id}/scanner-ticket`
    ticket = expectStatus(await host.client.post<Ticket>(path, { expiresAt }), 201).ticket
    expectStatus(await preview(), 200)
    product.clock.advance(2 * MINUTE)
    expect((await preview<Problem>()).body).toMatchObject({ status: 401, code: 'ticket_invalid' })
  })
})

describe('a look at a pass', () => {
  it('tells who comes and how many, and counts nothing', async () => {
    const seen = expectStatus(await preview(), 200)
    expect(seen).toEqual({
      guest: { id: guest.id, name: 'Grace Hopper' },
      party: { expected: 3, arrived: 0, names: ['Bo', 'Cy'] },
      risk: 'low',
      refusal: null,
      lastArrival: null,
      turnedAway: null,
      answered: 'confirmed',
    })
    expect((await arrived()).arrived).toBe(0)
  })

  it('reads a code as people type it', async () => {
    const typed = ` ${code.toLowerCase().replace('-', ' ')} `
    expect(expectStatus(await preview(typed), 200).guest.id).toBe(guest.id)
  })
})

describe('checking in', () => {
  it('counts a scan once, however often the device sends it', async () => {
    const now = new Date(product.clock.now()).toISOString()
    const answers = await Promise.all([checkIn('nonce-0001'), checkIn('nonce-0001')])
    answers.push(await checkIn('nonce-0001'))
    const [first] = answers.map((one) => expectStatus(one, 200))

    expect(first).toMatchObject({
      result: 'admitted',
      checkInId: anyText(),
      party: { expected: 3, arrived: 1, names: ['Bo', 'Cy'] },
      lastArrival: { at: now, gate: 'North gate', count: 1 },
    })
    for (const { body } of answers) expect(body).toMatchObject(first ?? {})
    expect(await arrived()).toMatchObject({
      expected: 3,
      arrived: 1,
      parties: { expected: 1, arrived: 1 },
      byGate: [{ gate: 'North gate', arrived: 1 }],
      lastAt: now,
    })
  })

  it('lets a party come in parts, by different gates, until it is complete', async () => {
    await checkIn('nonce-0001', { arrivalCount: 2 })
    const tooMany = await checkIn<Problem>('nonce-0002', { arrivalCount: 2 })
    expect(tooMany.status).toBe(400)
    expect(tooMany.body).toMatchObject({ code: 'more_than_expected', stillExpected: 1 })
    product.clock.advance(5 * MINUTE)
    ticket = await ticketFor(event.id, 'South gate')
    await checkIn('nonce-0003')
    product.clock.advance(5 * MINUTE)
    const again = expectStatus(await checkIn('nonce-0004'), 200)

    expect(again).toMatchObject({ result: 'already_admitted', reason: 'party_complete', checkInId: null })
    expect(again.lastArrival).toMatchObject({ gate: 'South gate', count: 1 })
    expect(product.clock.now() - Date.parse(again.lastArrival?.at ?? '')).toBe(5 * MINUTE)
    expect(expectStatus(await preview(), 200).refusal).toBe('party_complete')
    expect((await arrived()).byGate).toMatchObject([
      { gate: 'North gate', arrived: 2 },
      { gate: 'South gate', arrived: 1 },
    ])
  })

  it('is not taken with a time before 1970, which no clock tells', async () => {
    for (const scannedAt of ['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z']) {
      const { status, body } = await checkIn<Problem>('nonce-0001', { scannedAt })
      expect(status).toBe(400)
      expect(body.errors).toEqual([{ path: 'scannedAt', message: 'is before 1970' }])
    }
    expectStatus(await checkIn('nonce-0001', { scannedAt: '1970-01-01T00:00:00Z' }), 200)
    expect((await arrived()).arrived).toBe(1)
  })

  it('admits nobody beyond the party when two gates scan at the same moment', async () => {
    const scans = await Promise.all(
      Array.from({ length: 8 }, (_, at) => checkIn(`nonce-000${String(at)}`, { arrivalCount: 1 })),
    )
    const results = scans.map((one) => expectStatus(one, 200).result)
    expect(results.filter((result) => result === 'admitted')).toHaveLength(3)
    expect(results.filter((result) => result === 'already_admitted')).toHaveLength(5)
    expect((await arrived()).arrived).toBe(3)
  })

  it('is refused, with the reason, to who declined, is off the list or comes when nothing is open', async () => {
    const refused = async (nonce: string) => {
      const { result, reason } = expectStatus(await checkIn(nonce), 200)
      return [result, reason]
    }
    await answer(product.client(), guest.token, { answer: 'declined' })
    expect(await refused('nonce-declined')).toEqual(['refused', 'not_attending'])

    await answer(product.client(), guest.token, { answer: 'attending' })
    await host.client.post(`/api/events/${event.id}/archive`)
    expect(await refused('nonce-archived')).toEqual(['refused', 'event_not_open'])
    const { items } = expectStatus(
      await host.client.get<z.infer<typeof activityPage>>(`/api/events/${event.id}/activity`),
      200,
    )
    expect(items.filter(({ kind }) => kind === 'check_in_refused').length).toBeGreaterThanOrEqual(1)
  })

  it('knows a removed guest by the pass no more', async () => {
    await host.client.delete(`/api/events/${event.id}/guests/${guest.id}`)
    await readModelsCaughtUp(product)
    product.clock.advance(2 * SECOND)
    const unknown = await preview<Problem>()
    expect([unknown.status, unknown.body.code]).toEqual([404, 'pass_unknown'])
  })

  it('takes an offline scan as a fact, and says when it was one too many', async () => {
    await checkIn('nonce-0001', { arrivalCount: 3 })
    const offline = expectStatus(await checkIn('nonce-0002', { offline: true }), 200)
    expect(offline).toMatchObject({ result: 'conflict', party: { expected: 3, arrived: 4 } })
    expect((await arrived()).arrived).toBe(4)
  })

  it('shows on the list of guests who is there', async () => {
    await checkIn('nonce-0001', { arrivalCount: 2 })
    await readModelsCaughtUp(product)
    const path = `/api/events/${event.id}/guests`
    const there = await host.client.get<{ items: GuestView[] }>(`${path}?checkedIn=true`)
    expect(there.body.items.map(({ id, arrived: count }) => [id, count])).toEqual([[guest.id, 2]])
  })
})

describe('undoing a check-in', () => {
  const undo = (checkInId: string) =>
    scanner.post<Problem>(`/api/check-in/${checkInId}/undo`, undefined, withTicket())

  it('is possible at the door for a minute, and for the host after that', async () => {
    const first = expectStatus(await checkIn('nonce-0001'), 200).checkInId ?? ''
    product.clock.advance(30 * SECOND)
    expect((await undo(first)).status).toBe(204)
    expect((await arrived()).arrived).toBe(0)

    const second = expectStatus(await checkIn('nonce-0002'), 200).checkInId ?? ''
    product.clock.advance(61 * SECOND)
    const late = await undo(second)
    expect([late.status, late.body.code]).toEqual([409, 'undo_expired'])
    const byHost = await host.client.post(`/api/events/${event.id}/check-ins/${second}/undo`)
    expect(byHost.status).toBe(204)
    expect((await arrived()).arrived).toBe(0)
    expect(expectStatus(await checkIn('nonce-0003', { arrivalCount: 3 }), 200).result).toBe('admitted')
  })

  it('is not possible for what does not exist, or happened at another event', async () => {
    const { checkInId } = expectStatus(await checkIn('nonce-0001'), 200)
    const other = await createEvent(host)
    ticket = await ticketFor(other.id, 'Elsewhere')
    expect((await undo(checkInId ?? '')).status).toBe(404)
    expect((await undo(guest.id)).status).toBe(404)
    expect((await arrived()).arrived).toBe(1)
  })
})

describe('a pass', () => {
  it('of another event is unknown here', async () => {
    const other = await createEvent(host)
    ticket = await ticketFor(other.id, 'Elsewhere')
    for (const refused of [await preview<Problem>(), await checkIn<Problem>('nonce-0001')]) {
      expect([refused.status, refused.body.code]).toEqual([404, 'pass_unknown'])
    }
  })

  it('dies with the link it was earned with', async () => {
    expectStatus(await preview(), 200)
    await host.client.post(`/api/events/${event.id}/guests/${guest.id}/link`)
    expect((await preview<Problem>()).body.code).toBe('pass_unknown')
  })

  it.each(['', '0', 'ZZZZZ-ZZZZZ', '../../etc/passwd', '🎟️🎟️🎟️🎟️🎟️'])('cannot be %j', async (typed) => {
    const refused = await preview<Problem>(typed)
    expect([400, 404]).toContain(refused.status)
    expect(refused.body.detail).not.toBe('')
  })
})
