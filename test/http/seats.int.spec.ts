import { describe, expect } from 'vitest'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestWithAnswer } from '../../src/contracts/guests.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import {
  addGuest,
  answer,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  type TestGuest,
} from '../support/party.ts'

/** Four seats. Grace has two of them, Zoé waits with three people, and Alan alone behind her. */
const it = atAnEvent
  .extend('details', { maxCapacity: 4 })
  .extend('guests', async ({ product, host, event }) => {
    const come = async (name: string, partySize: number): Promise<TestGuest> => {
      const guest = await addGuest(host, event.id, { name, plusOnesAllowed: partySize - 1 })
      await answer(product.client(), guest.token, { answer: 'attending', partySize })
      return guest
    }
    return { grace: await come('Grace', 2), zoe: await come('Zoé', 3), alan: await come('Alan', 1) }
  })
  .extend(
    'give',
    ({ host, pathOf }) =>
      (guestId: string, headers: Record<string, string> = {}) =>
        host.client.post<GuestWithAnswer>(`${pathOf(guestId)}/seat`, undefined, headers),
  )

describe('a seat that the host gives to somebody who waits', () => {
  it('is theirs at once, with a pass; who is first keeps the place', async ({
    product,
    host,
    event,
    guests,
    give,
    activity,
  }) => {
    const given = await give(guests.alan.id)
    expect(expectStatus(given, 200)).toMatchObject({ rsvpStatus: 'confirmed', partySize: 1 })
    await readModelsCaughtUp(product)
    const { counts } = expectStatus(await host.client.get<EventView>(`/api/events/${event.id}`), 200)
    expect(counts).toMatchObject({ confirmedPeople: 3, waitlistedParties: 1, firstWaitingPeople: 3 })
    expect((await activity())[0]).toMatchObject({ kind: 'promotion', guest: { id: guests.alan.id } })

    const { invitation } = expectStatus(await open(product.client(), guests.alan.token), 200)
    expect(invitation).toMatchObject({ status: 'confirmed', pass: {} })
    const first = expectStatus(await open(product.client(), guests.zoe.token), 200).invitation
    expect(first).toMatchObject({ status: 'waitlisted', event: { seatsLeft: 1, seatsPromised: 0 } })
  })

  it('is given once, however often it is asked for', async ({ guests, give, factsOf }) => {
    const key = { 'idempotency-key': 'a-seat-for-alan' }
    for (const headers of [key, key, {}]) expectStatus(await give(guests.alan.id, headers), 200)
    expect(await factsOf('RsvpPromoted')).toBe(1)
  })

  it('is never one too many', async ({ guests, give, factsOf }) => {
    expect(await give(guests.zoe.id)).toMatchObject({
      status: 409,
      body: { code: 'no_seats_left', seatsLeft: 2 },
    })
    expect(await factsOf('RsvpPromoted')).toBe(0)
  })

  it('is only for those who wait, on the list of the host', async ({
    product,
    host,
    event,
    guests,
    give,
  }) => {
    const silent = await addGuest(host, event.id, { name: 'Silent' })
    expect(await give(silent.id)).toMatchObject({ status: 409, body: { code: 'not_waiting' } })
    expect((await give('01JZZZZZZZZZZZZZZZZZZZZZZZ')).status).toBe(404)
    const stranger = await register(product)
    const path = `/api/events/${event.id}/guests/${guests.alan.id}/seat`
    expect((await stranger.client.post(path)).status).toBe(404)
  })

  it('is none any more once the event is in the archive', async ({ host, event, guests, give }) => {
    for (const step of ['close', 'archive']) {
      expectStatus(await host.client.post(`/api/events/${event.id}/${step}`), 200)
    }
    expect((await give(guests.alan.id)).status).toBe(409)
  })
})
