import { describe, expect } from 'vitest'
import { settingsDecider } from '../../src/commands/settings/decider.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import type { Invitation } from '../../src/contracts/rsvp.ts'
import { settingsStream } from '../../src/events/streams.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { qrSvg } from '../../src/notify/pass.ts'
import { withAGuest as it } from '../support/at-an-event.ts'
import { passOf } from '../support/gate.ts'
import { anyText } from '../support/matchers.ts'
import {
  addGuest,
  answer,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  reply,
  type TestGuest,
} from '../support/party.ts'

describe('answering', () => {
  it('is not for an opening that the host has called suspicious; another opening is another matter', async ({
    product,
    host,
    event,
    activity,
    factsOf,
    guest,
  }) => {
    const [stranger, grace] = [product.client(), product.client()]
    const { rsvpToken } = expectStatus(await open(stranger, guest.token), 200)
    const [opening] = await activity()
    const feedback = `/api/events/${event.id}/access-logs/${opening?.id ?? ''}/feedback`
    expectStatus(await host.client.post(feedback, { verdict: 'suspicious' }), 200)
    const refused = await reply(stranger, guest.token, rsvpToken, { answer: 'attending', partySize: 1 })
    expect(refused).toMatchObject({ status: 401, body: { code: 'opening_expired' } })
    expect(await factsOf('RsvpAnswered')).toBe(0)

    const own = expectStatus(await open(grace, guest.token), 200)
    expectStatus(await reply(grace, guest.token, own.rsvpToken, { answer: 'attending', partySize: 1 }), 200)
  })

  it('takes a seat and gives a pass; changing the answer gives it back', async ({
    product,
    event,
    activity,
    guest,
  }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const body = { answer: 'attending', partySize: 3, plusOneNames: ['Bo', 'Cy'], note: 'No nuts' }
    const yes = expectStatus(await reply(visitor, guest.token, rsvpToken, body), 200)
    expect(yes).toMatchObject({ rsvp: body, status: 'confirmed', pass: { code: anyText() } })
    expect(yes.pass).toMatchObject({
      qrSvg: await qrSvg(passOf(product, event, guest.id)),
      validUntil: '2026-06-21T19:00:00.000Z',
    })

    const opened = await open(visitor, guest.token)
    const { invitation } = expectStatus(opened, 200) as { invitation: Invitation }
    expect(invitation).toMatchObject({ rsvp: body, status: 'confirmed', pass: { code: yes.pass?.code } })

    const no = expectStatus(await reply(visitor, guest.token, rsvpToken, { answer: 'declined' }), 200)
    expect(no).toEqual({
      rsvp: { answer: 'declined', partySize: 0, plusOneNames: [], note: null },
      status: 'declined',
    })
    expect((await activity()).map(({ sentence }) => sentence)).toEqual([
      'Grace Hopper declined',
      'Grace Hopper opened the invitation',
      'Grace Hopper accepted, party of 3',
      'Grace Hopper opened the invitation',
    ])
  })

  it('does not take more people than the invitation is for', async ({ product, guest }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const refused = await reply(visitor, guest.token, rsvpToken, { answer: 'attending', partySize: 4 })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      code: 'too_many_plus_ones',
      detail: 'You can bring 2 at most.',
      errors: [{ path: 'partySize' }],
    })
  })

  it('is over when the event is closed, and the invitation can still be read', async ({
    product,
    host,
    event,
    guest,
  }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    await host.client.post(`/api/events/${event.id}/close`)
    const late = await reply(visitor, guest.token, rsvpToken, { answer: 'attending' })
    expect([late.status, (late.body as unknown as Problem).code]).toEqual([409, 'event_closed'])
    expect(expectStatus(await open(visitor, guest.token), 200).invitation.event.open).toBe(false)
  })

  it('puts on the waitlist who does not fit, and gives seats out in its order', async ({ product, host }) => {
    const event = await createEvent(host, { maxCapacity: 3 })
    const guests = []
    for (const name of ['A', 'B', 'C'])
      guests.push(await addGuest(host, event.id, { name, plusOnesAllowed: 1 }))
    const [a, b, c] = guests as [TestGuest, TestGuest, TestGuest]
    const visitor = product.client()
    const two = { answer: 'attending', partySize: 2 }
    expect((await answer(visitor, a.token, two)).status).toBe('confirmed')
    const waiting = await answer(product.client(), b.token, two)
    expect([waiting.status, waiting.pass]).toEqual(['waitlisted', undefined])
    // One seat is left, and C alone would fit: those who wait go first, and C is told so.
    const late = product.client()
    const { invitation } = expectStatus(await open(late, c.token), 200)
    expect(invitation.event).toMatchObject({ seatsLeft: 0, seatsPromised: 1 })
    expect((await answer(late, c.token)).status).toBe('waitlisted')

    await answer(visitor, a.token, { answer: 'declined' })
    const seats = await Promise.all(
      guests.map(async ({ id }) => {
        const view = await host.client.get<GuestView>(`/api/events/${event.id}/guests/${id}`)
        return view.body.rsvpStatus
      }),
    )
    expect(seats).toEqual(['declined', 'confirmed', 'confirmed'])
  })

  it('never gives out more seats than there are, whoever answers at the same moment', async ({
    product,
    host,
  }) => {
    const event = await createEvent(host, { maxCapacity: 7 })
    const guests = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        addGuest(host, event.id, { name: `G${String(at)}`, plusOnesAllowed: 1 }),
      ),
    )
    const answers = await Promise.all(
      guests.map(({ token }, at) =>
        answer(product.client(), token, { answer: 'attending', partySize: 1 + (at % 2) }),
      ),
    )
    const seated = answers.filter(({ status }) => status === 'confirmed').map(({ rsvp }) => rsvp.partySize)
    const people = seated.reduce((sum, size) => sum + size, 0)
    expect(people).toBeLessThanOrEqual(7)
    expect(people).toBeGreaterThanOrEqual(6)
    await readModelsCaughtUp(product)
    const { counts } = expectStatus(await host.client.get<EventView>(`/api/events/${event.id}`), 200)
    expect(counts.confirmedPeople).toBe(people)
  })

  it('is taken twenty times an hour from one guest, and as ever from the others', async ({
    product,
    host,
    event,
    factsOf,
    guest,
  }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, at) =>
        reply(visitor, guest.token, rsvpToken, { answer: 'attending', note: `No ${String(at)}` }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    const [refused] = answers.filter(({ status }) => status === 429)
    expect(refused?.body).toMatchObject({ code: 'rate_limited', retryAfter: 3601 })
    expect(refused?.headers.get('retry-after')).toBe('3601')
    expect(await factsOf('RsvpAnswered')).toBe(20)

    const other = await addGuest(host, event.id, { name: 'Alan Turing' })
    expect((await answer(product.client(), other.token)).status).toBe('confirmed')
    product.clock.advance(20 * MINUTE)
    const no = { answer: 'declined' }
    const later = await reply(visitor, guest.token, rsvpToken, no)
    expect(later.headers.get('retry-after')).toBe('2401')
    product.clock.advance(40 * MINUTE + 1)
    const again = expectStatus(await open(visitor, guest.token), 200)
    expect((await reply(visitor, guest.token, again.rsvpToken, no)).status).toBe(200)
  })

  it.for(['0226-06-20T19:00:00.000Z', '1960-06-20T19:00:00.000Z', '9999-12-31T19:00:00.000Z'])(
    'is taken for an event of %s, from before dates were bounded, and shows on the next opening',
    async (eventDate, { product, event, guest }) => {
      const command = { kind: 'change_details', changes: { eventDate }, ifChanges: null } as const
      const at = product.clock.now()
      const context = { actor: 'ops:test', at, correlationId: 'c', commandId: commandIdOf(event.id) } as const
      await product.commands.execute(settingsDecider, settingsStream(event.id), command, context)

      expect((await answer(product.client(), guest.token)).status).toBe('confirmed')
      const { invitation } = expectStatus(await open(product.client(), guest.token), 200)
      expect(invitation).toMatchObject({ status: 'confirmed', pass: { code: anyText() } })
      const file = await product.client().get(`/api/rsvp/${guest.token}/event.ics`)
      expect(file.status).toBe(200)
      expect(file.text).toContain('SUMMARY:Garden party')
    },
  )

  it('is one answer for one Idempotency-Key', async ({ product, factsOf, guest }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const key = { 'idempotency-key': 'answer-once' }
    const body = { answer: 'attending', partySize: 2 }
    const first = await reply(visitor, guest.token, rsvpToken, body, key)
    const second = await reply(visitor, guest.token, rsvpToken, body, key)
    expect(expectStatus(second, 200)).toEqual(expectStatus(first, 200))
    expect(second.headers.get('gg-position')).toBe(first.headers.get('gg-position'))
    expect(await factsOf('RsvpAnswered')).toBe(1)
  })
})

describe('tokens', () => {
  it('of one kind are never taken as another', async ({ product, host, event, guest }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const session = host.client.cookies.get('gg_session') ?? ''
    const ticketAnswer = await host.client.post<{ ticket: string }>(
      `/api/events/${event.id}/scanner-ticket`,
      {},
    )
    const { ticket } = expectStatus(ticketAnswer, 201)
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

    for (const token of [rsvpToken, ticket, guest.token]) {
      expect((await visitor.get('/api/auth/me', bearer(token))).status).toBe(401)
      expect((await visitor.get(`/api/events/${event.id}`, bearer(token))).status).toBe(401)
    }
    for (const token of [rsvpToken, session, guest.token]) {
      const preview = await visitor.post<Problem>('/api/check-in/preview', { code: 'X' }, bearer(token))
      expect([preview.status, preview.body.code]).toEqual([401, 'ticket_invalid'])
    }
    for (const token of [session, ticket, guest.token]) {
      const answered = await reply(visitor, guest.token, token, { answer: 'attending' })
      expect([answered.status, (answered.body as unknown as Problem).code]).toEqual([401, 'opening_expired'])
    }
    for (const token of [session.slice(0, 190), ticket.slice(0, 190), rsvpToken.slice(0, 190)]) {
      expect((await visitor.get(`/api/rsvp/${token}`)).status).toBe(404)
    }
  })

  it('of one guest do not answer for another, and end after half an hour', async ({
    product,
    host,
    event,
    guest,
  }) => {
    const other = await addGuest(host, event.id, { name: 'Alan' })
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const foreign = await reply(visitor, other.token, rsvpToken, { answer: 'declined' })
    expect([foreign.status, (foreign.body as unknown as Problem).code]).toEqual([401, 'opening_expired'])
    product.clock.advance(31 * MINUTE)
    expect((await reply(visitor, guest.token, rsvpToken, { answer: 'declined' })).status).toBe(401)
  })
})
