import { describe, expect } from 'vitest'
import type { z } from 'zod'
import type { Problem } from '../../src/contracts/common.ts'
import type { scannerTicketList } from '../../src/contracts/door.ts'
import { HOUR, MINUTE } from '../../src/kernel/time.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import { attending, openGate, type Gate, type Ticket } from '../support/gate.ts'
import { expectStatus, readModelsCaughtUp, register } from '../support/party.ts'

const it = atAnEvent
  .extend('north', { auto: true }, ({ product, host, event }) => openGate(product, host, event.id, 'North'))
  .extend('tickets', ({ event }) => `/api/events/${event.id}/scanner-tickets`)
  .extend(
    'issue',
    ({ host, event }) =>
      <T = Ticket>(body: object) =>
        host.client.post<T>(`/api/events/${event.id}/scanner-ticket`, body),
  )
  .extend('listed', ({ product, host, tickets }) => async () => {
    await readModelsCaughtUp(product)
    return expectStatus(await host.client.get<z.infer<typeof scannerTicketList>>(tickets), 200).items
  })

const statusOf = async (gate: Gate) => {
  const answer = await gate.preview<Problem>({ code: 'ZZZZZ-ZZZZZ' })
  return [answer.status, answer.body.code]
}

describe('a ticket', () => {
  it('ends at once when it is revoked, and says so; the others go on', async ({
    product,
    host,
    event,
    north,
    tickets,
    listed,
  }) => {
    const south = await openGate(product, host, event.id, 'South')
    expect((await host.client.delete(`${tickets}/${north.ticketId}`)).status).toBe(204)
    expect(await statusOf(north)).toEqual([401, 'ticket_revoked'])
    expect(await statusOf(south)).toEqual([404, 'pass_unknown'])
    expect((await host.client.delete(`${tickets}/${north.ticketId}`)).status).toBe(204)
    expect((await listed()).map(({ gate, revokedAt }) => [gate, revokedAt !== null])).toEqual(
      expect.arrayContaining([
        ['South', false],
        ['North', true],
      ]),
    )
    expect((await host.client.get(`${tickets}/${north.ticketId}`)).status).toBe(404)
  })

  it('is shown again as it was, and reused for its gate when that is asked for', async ({
    product,
    host,
    north,
    tickets,
    issue,
  }) => {
    const again = expectStatus(await host.client.get<Ticket>(`${tickets}/${north.ticketId}`), 200)
    expect(again.ticket).toBe(north.ticket)
    product.clock.advance(MINUTE)
    const reused = expectStatus(await issue({ gate: 'North', reuse: true }), 201)
    expect(reused).toMatchObject({ ticket: north.ticket, ticketId: north.ticketId })
    const another = expectStatus(await issue({ gate: 'North' }), 201)
    expect(another.ticketId).not.toBe(north.ticketId)
    await host.client.delete(`${tickets}/${north.ticketId}`)
    await host.client.delete(`${tickets}/${another.ticketId}`)
    const fresh = expectStatus(await issue({ gate: 'North', reuse: true }), 201)
    expect([north.ticketId, another.ticketId]).not.toContain(fresh.ticketId)
  })

  it('sent for twice under one key is one ticket', async ({ host, event }) => {
    const headers = { 'idempotency-key': 'ticket-1' }
    const path = `/api/events/${event.id}/scanner-ticket`
    const [one, two] = [
      await host.client.post<Ticket>(path, { gate: 'East' }, headers),
      await host.client.post<Ticket>(path, { gate: 'East' }, headers),
    ].map((each) => expectStatus(each, 201))
    expect(two?.ticket).toBe(one?.ticket)
  })

  it.for([
    ['over', -MINUTE],
    ['long after the event', 40 * 24 * HOUR],
  ] as const)('cannot end at a time that is %s', async ([_, after], { product, issue }) => {
    const expiresAt = new Date(product.clock.now() + after).toISOString()
    const refused = await issue<Problem>({ expiresAt })
    expect(refused.body).toMatchObject({ status: 400, code: 'bad_expiry', errors: [{ path: 'expiresAt' }] })
  })

  it('tells the host which devices used it, and how many people each let in', async ({
    product,
    host,
    event,
    north,
    listed,
  }) => {
    const party = await attending(product, host, event, 'Grace Hopper', 3)
    await north.manifest()
    await readModelsCaughtUp(product)
    product.clock.advance(5 * MINUTE)
    expectStatus(await north.checkIn({ pass: party.pass, arrivalCount: 2 }), 200)
    const now = new Date(product.clock.now()).toISOString()
    const [ticket] = await listed()
    expect(ticket).toMatchObject({
      gate: 'North',
      devices: [{ deviceId: 'phone-North', lastSeenAt: now, arrived: 2 }],
    })
    expect(Date.parse(now) - Date.parse(ticket?.devices[0]?.firstSeenAt ?? '')).toBe(5 * MINUTE)
  })
})

describe('tickets and sessions', () => {
  it('are never each other', async ({ product, host, event, north, tickets }) => {
    const bearer = { authorization: `Bearer ${north.ticket}` }
    const visitor = product.client()
    for (const path of ['/api/auth/me', '/api/events', `/api/events/${event.id}`, tickets]) {
      expect([path, (await visitor.get(path, bearer)).status]).toEqual([path, 401])
    }
    const cookie = host.client.cookies.get('gg_session') ?? ''
    expect(cookie).not.toBe('')
    const asTicket = { authorization: `Bearer ${cookie}` }
    const answers = await Promise.all([
      visitor.post<Problem>('/api/check-in/preview', { code: 'ZZZZZ-ZZZZZ' }, asTicket),
      visitor.get<Problem>('/api/check-in/manifest?deviceId=phone-1', asTicket),
      // The cookie of a host who is signed in opens no door either.
      host.client.get<Problem>('/api/check-in/manifest?deviceId=phone-1'),
    ])
    for (const { body } of answers) expect(body).toMatchObject({ status: 401, code: 'ticket_invalid' })
  })

  it('of another host open nothing: neither list, nor revoke, nor settings', async ({
    product,
    event,
    north,
    tickets,
  }) => {
    const { client } = await register(product)
    expect((await client.get(tickets)).status).toBe(404)
    expect((await client.delete(`${tickets}/${north.ticketId}`)).status).toBe(404)
    expect(
      (await client.request('PUT', `/api/events/${event.id}/door`, { json: { walkIns: true } })).status,
    ).toBe(404)
    expect(await statusOf(north)).toEqual([404, 'pass_unknown'])
  })

  it('that are signed, and were never issued, are none', async ({ product, event }) => {
    const now = product.clock.now()
    const claims = { eventId: event.id, ticketId: event.id, gate: 'North', role: 'door' } as const
    const ticket = await product.tokens.issueScanner(claims, now, now + HOUR)
    const headers = { authorization: `Bearer ${ticket}` }
    const answer = await product.client().get<Problem>('/api/check-in/manifest?deviceId=phone-1', headers)
    expect(answer.body).toMatchObject({ status: 401, code: 'ticket_invalid' })
  })
})
