import { describe, expect } from 'vitest'
import type { EventView } from '../../src/contracts/events.ts'
import { atAnEvent as it } from '../support/at-an-event.ts'
import { addGuest, answer, expectStatus, open, readModelsCaughtUp } from '../support/party.ts'

describe('forgetting a guest', () => {
  it('erases what is personal from every answer, and keeps that somebody was there', async ({
    product,
    host,
    event,
    pathOf,
  }) => {
    const guest = await addGuest(host, event.id, {
      name: 'Unforgettable Person',
      email: 'unforgettable@example.org',
      phone: '+33612345678',
      externalRef: 'unforgettable-ref',
      plusOnesAllowed: 1,
    })
    const body = { answer: 'attending', partySize: 2, plusOneNames: ['Unforgettable Friend'] }
    await answer(product.client('81.2.69.142'), guest.token, { ...body, note: 'Unforgettable note' })

    expect((await host.client.post(`${pathOf(guest.id)}/forget`)).status).toBe(204)
    await readModelsCaughtUp(product)

    const everywhere = await Promise.all([
      host.client.get(pathOf(guest.id)),
      host.client.get(`/api/events/${event.id}/guests?q=unforgettable`),
      host.client.get(`/api/events/${event.id}/guests`),
      host.client.get(`/api/events/${event.id}/activity`),
      host.client.get(`/api/events/${event.id}/arrivals`),
      host.client.get(`/api/events/${event.id}`),
      product.client().get(`/api/rsvp/${guest.token}`),
    ])
    for (const one of everywhere) expect(one.text).not.toMatch(/unforgettable|81\.2\.69|33612345678/i)
    const activity = expectStatus(
      await host.client.get<{ items: { sentence: string }[] }>(`/api/events/${event.id}/activity`),
      200,
    )
    expect(activity.items.map(({ sentence }) => sentence).join('\n')).toContain('An erased guest')
    expect((await open(product.client(), guest.token)).status).toBe(404)
  })

  it('takes the guest off the list and out of the counts', async ({ host, event, pathOf, list }) => {
    await addGuest(host, event.id, { name: 'Who stays' })
    const guest = await addGuest(host, event.id, { name: 'Who goes', email: 'goes@example.org' })
    expectStatus(await host.client.post(`${pathOf(guest.id)}/forget`), 204)

    const { items, counts } = await list()
    expect([items.map(({ name }) => name), counts.all]).toEqual([['Who stays'], 1])
    const seen = expectStatus(await host.client.get<EventView>(`/api/events/${event.id}`), 200)
    expect(seen.counts).toMatchObject({ guests: 1 })
  })

  it('is done once, and again changes nothing', async ({ host, event, pathOf }) => {
    const guest = await addGuest(host, event.id)
    const path = `${pathOf(guest.id)}/forget`
    expect([(await host.client.post(path)).status, (await host.client.post(path)).status]).toEqual([204, 204])
  })
})
