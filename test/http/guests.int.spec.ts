import { describe, expect } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { GuestView, GuestWithAnswer } from '../../src/contracts/guests.ts'
import { atAnEvent } from '../support/at-an-event.ts'
import { addGuest, answer, expectStatus, open, reply, tokenOf } from '../support/party.ts'

const it = atAnEvent

describe('adding a guest', () => {
  it('answers with the guest in one form and a link of their own', async ({
    product,
    host,
    event,
    pathOf,
  }) => {
    const { client } = host
    const body = {
      name: '  Grace Hopper ',
      email: 'Grace.Hopper@Example.ORG',
      phone: '+33 6 12 34 56 78',
      plusOnesAllowed: 2,
      utmSource: 'letter',
      externalRef: 'A-17',
    }
    const added = expectStatus(
      await client.post<{ guest: GuestView; link: string }>(`/api/events/${event.id}/guests`, body),
      201,
    )
    expect(added.guest).toMatchObject({
      name: 'Grace Hopper',
      email: 'Grace.Hopper@example.org',
      phone: '+33612345678',
      plusOnesAllowed: 2,
      utmSource: 'letter',
      externalRef: 'A-17',
      status: 'added',
      risk: null,
      answer: null,
      linkVersion: 1,
      invitation: { channel: null, state: 'none', error: null, outdated: false },
    })
    expect(added.link).toMatch(new RegExp(`^${product.url}/r/[\\w-]{72}$`))
    const again = await client.get<{ link: string }>(`${pathOf(added.guest.id)}/link`)
    expect(again.body.link).toBe(added.link)
  })

  it('happens once for one Idempotency-Key', async ({ host, event, list }) => {
    const key = { 'idempotency-key': 'add-once' }
    const path = `/api/events/${event.id}/guests`
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => host.client.post<{ guest: GuestView }>(path, { name: 'Alan' }, key)),
    )
    expect(new Set(answers.map((one) => expectStatus(one, 201).guest.id)).size).toBe(1)
    expect((await list()).counts.all).toBe(1)
  })

  it.for([
    ['a number without a country', { phone: '0612345678' }, 'phone'],
    ['more company than a table has chairs', { plusOnesAllowed: 21 }, 'plusOnesAllowed'],
    ['no name', { name: ' ' }, 'name'],
    ['an address without a domain', { email: 'grace@' }, 'email'],
  ] as const)('refuses %s and names the field', async ([_what, change, path], { host, event }) => {
    const body = { name: 'Grace', ...change }
    const refused = await host.client.post<Problem>(`/api/events/${event.id}/guests`, body)
    expect(refused.status).toBe(400)
    expect(refused.body.errors?.[0]?.path).toBe(path)
  })
})

describe('changing a guest', () => {
  it('changes what is named and keeps the rest', async ({ host, event, pathOf }) => {
    const guest = await addGuest(host, event.id, { email: 'grace@example.org', plusOnesAllowed: 1 })
    const changed = await host.client.patch<GuestView>(pathOf(guest.id), {
      name: 'Rear Admiral',
      email: null,
    })
    expect(expectStatus(changed, 200)).toMatchObject({
      name: 'Rear Admiral',
      email: null,
      plusOnesAllowed: 1,
    })
  })

  it('is refused when somebody else changed it meanwhile', async ({ host, event, pathOf }) => {
    const guest = await addGuest(host, event.id)
    const seen = (await host.client.get(pathOf(guest.id))).headers.get('etag') ?? ''
    await host.client.patch(pathOf(guest.id), { name: 'First' }, { 'if-match': seen })
    const late = await host.client.patch<Problem>(pathOf(guest.id), { name: 'Second' }, { 'if-match': seen })
    expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile'])
  })
})

describe('removing a guest', () => {
  const it = atAnEvent.extend('details', { maxCapacity: 2 })

  it('frees the seats for those who wait, in their order, and ends the link', async ({
    product,
    host,
    event,
    pathOf,
    list,
  }) => {
    const [first, second, third] = await Promise.all(
      ['First', 'Second', 'Third'].map((name) => addGuest(host, event.id, { name, plusOnesAllowed: 1 })),
    )
    if (first === undefined || second === undefined || third === undefined) throw new Error('three guests')
    const two = { answer: 'attending', partySize: 2 }
    const statuses = []
    for (const { token } of [first, second, third]) {
      statuses.push((await answer(product.client(), token, two)).status)
    }
    expect(statuses).toEqual(['confirmed', 'waitlisted', 'waitlisted'])

    expect((await host.client.delete(pathOf(first.id))).status).toBe(204)

    expect((await host.client.get<GuestView>(pathOf(second.id))).body.rsvpStatus).toBe('confirmed')
    expect((await host.client.get<GuestView>(pathOf(third.id))).body.rsvpStatus).toBe('waitlisted')
    expect((await host.client.get(pathOf(first.id))).status).toBe(404)
    expect((await product.client().get(`/api/rsvp/${first.token}`)).status).toBe(404)
    const { items } = await list('?sort=name')
    expect(items.map(({ name }) => name)).toEqual(['Second', 'Third'])
  })
})

describe('what a guest writes with the answer', () => {
  it('reaches the host with the guest and with the answer, and is what holds now', async ({
    product,
    host,
    event,
    pathOf,
    activity,
  }) => {
    const guest = await addGuest(host, event.id, { name: 'Ada Lovelace', plusOnesAllowed: 2 })
    const told = async () => {
      const items = await activity()
      const answers = items.filter(({ kind }) => kind === 'rsvp')
      const seen = expectStatus(await host.client.get<GuestWithAnswer>(pathOf(guest.id)), 200)
      return [seen, ...answers].map(({ note, plusOneNames }) => ({ note, plusOneNames }))
    }
    const party = { answer: 'attending', partySize: 3 }
    const first = { plusOneNames: ['Charles Babbage', 'Mary Somerville'], note: 'No nuts, please.' }
    await answer(product.client(), guest.token, { ...party, ...first })
    expect(await told()).toEqual([first, first])

    product.clock.advance(1_000)
    const second = { plusOneNames: ['Charles Babbage'], note: null }
    await answer(product.client(), guest.token, { ...party, ...second })
    expect(await told()).toEqual([second, second, { plusOneNames: [], note: null }])
  })
})

describe('links', () => {
  it('a new one ends the one before, with its openings and its pass', async ({
    product,
    host,
    event,
    pathOf,
  }) => {
    const guest = await addGuest(host, event.id)
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const issued = await host.client.post<{ link: string }>(`${pathOf(guest.id)}/link`)
    const token = tokenOf(expectStatus(issued, 200).link)

    expect(token).not.toBe(guest.token)
    expect((await visitor.get(`/api/rsvp/${guest.token}`)).status).toBe(404)
    expect((await open(visitor, guest.token)).status).toBe(404)
    const late = await reply(visitor, token, rsvpToken, { answer: 'attending' })
    expect([late.status, (late.body as unknown as Problem).code]).toEqual([401, 'opening_expired'])
    expect((await open(visitor, token)).status).toBe(200)
  })

  it('a revoked one lets nobody in, until a new one is issued', async ({ product, host, event, pathOf }) => {
    const guest = await addGuest(host, event.id)
    expect((await host.client.post(`${pathOf(guest.id)}/link/revoke`)).status).toBe(204)
    expect((await open(product.client(), guest.token)).status).toBe(404)
    expect((await host.client.get<GuestView>(pathOf(guest.id))).body.linkRevoked).toBe(true)

    const issued = await host.client.post<{ link: string }>(`${pathOf(guest.id)}/link`)
    expect((await open(product.client(), tokenOf(issued.body.link))).status).toBe(200)
  })
})
