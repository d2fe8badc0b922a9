import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { guestList, GuestView, GuestWithAnswer } from '../../src/contracts/guests.ts'
import {
  addGuest,
  answer,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  reply,
  tokenOf,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

type GuestList = z.infer<typeof guestList>

let product: TestProduct
let host: TestHost
let event: EventView

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
})

afterAll(async () => {
  await product.stop()
})

beforeEach(async () => {
  event = await createEvent(host)
})

const list = async (query = ''): Promise<GuestList> => {
  await readModelsCaughtUp(product)
  return expectStatus(await host.client.get<GuestList>(`/api/events/${event.id}/guests${query}`), 200)
}
const names = async (query: string) => (await list(query)).items.map(({ name }) => name)
const pathOf = (guestId: string) => `/api/events/${event.id}/guests/${guestId}`

describe('adding a guest', () => {
  it('answers with the guest in one form and a link of their own', async () => {
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
      invitation: { channel: null, state: 'none', error: null },
    })
    expect(added.link).toMatch(new RegExp(`^${product.url}/r/[\\w-]{72}$`))
    const again = await client.get<{ link: string }>(`${pathOf(added.guest.id)}/link`)
    expect(again.body.link).toBe(added.link)
  })

  it('happens once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'add-once' }
    const path = `/api/events/${event.id}/guests`
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => host.client.post<{ guest: GuestView }>(path, { name: 'Alan' }, key)),
    )
    expect(new Set(answers.map((one) => expectStatus(one, 201).guest.id)).size).toBe(1)
    expect((await list()).counts.all).toBe(1)
  })

  it.each([
    ['a number without a country', { phone: '0612345678' }, 'phone'],
    ['more company than a table has chairs', { plusOnesAllowed: 21 }, 'plusOnesAllowed'],
    ['no name', { name: ' ' }, 'name'],
    ['an address without a domain', { email: 'grace@' }, 'email'],
  ])('refuses %s and names the field', async (_what, change, path) => {
    const body = { name: 'Grace', ...change }
    const refused = await host.client.post<Problem>(`/api/events/${event.id}/guests`, body)
    expect(refused.status).toBe(400)
    expect(refused.body.errors?.[0]?.path).toBe(path)
  })
})

describe('the guest list', () => {
  it('counts every status, and filters by status, arrival, risk and words', async () => {
    await addGuest(host, event.id, { name: 'Zoë Añón', email: 'zoe@museum.example.org' })
    const opened = await addGuest(host, event.id, { name: 'Opened Only', externalRef: 'REF-9' })
    await open(product.client(), opened.token)
    const coming = await addGuest(host, event.id, { name: 'Coming' })
    await answer(product.client(), coming.token)
    const not = await addGuest(host, event.id, { name: 'Not Coming' })
    await answer(product.client(), not.token, { answer: 'declined' })
    const perhaps = await addGuest(host, event.id, { name: 'Perhaps' })
    await answer(product.client(), perhaps.token, { answer: 'maybe' })

    expect((await list()).counts).toEqual({
      all: 5,
      added: 1,
      invited: 0,
      opened: 1,
      confirmed: 1,
      waitlisted: 0,
      declined: 1,
      maybe: 1,
    })
    expect(await names('?status=declined')).toEqual(['Not Coming'])
    expect((await list('?status=declined')).counts.all).toBe(5)
    expect(await names('?q=zoe%20anon')).toEqual(['Zoë Añón'])
    expect(await names('?q=MUSEUM.example')).toEqual(['Zoë Añón'])
    expect(await names('?q=ref-9')).toEqual(['Opened Only'])
    expect(await names('?q=100%25'), 'a percent sign is a sign').toEqual([])
    expect(await names('?risk=low&sort=name')).toEqual(['Coming', 'Not Coming', 'Opened Only', 'Perhaps'])
    expect(await names('?checkedIn=true')).toEqual([])
  })

  it.each([
    ['name', ['ada', 'Bea', 'Čapek', 'Zoë']],
    ['-name', ['Zoë', 'Čapek', 'Bea', 'ada']],
    ['created', ['Zoë', 'ada', 'Čapek', 'Bea']],
    ['-created', ['Bea', 'Čapek', 'ada', 'Zoë']],
  ])('sorts by %s, page by page, whoever comes meanwhile', async (sort, expected) => {
    for (const name of ['Zoë', 'ada', 'Čapek', 'Bea']) {
      product.clock.advance(1_000)
      await addGuest(host, event.id, { name })
    }
    const first = await list(`?sort=${sort}&limit=2`)
    // Sorts before everybody and after everybody: neither may shift what the next page shows.
    await host.client.delete(pathOf(first.items[0]?.id ?? ''))
    const second = await list(`?sort=${sort}&limit=2&cursor=${first.nextCursor ?? ''}`)
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(expected)
    expect(second.nextCursor).toBeNull()
  })

  it.each(['?cursor=nonsense', '?limit=0', '?limit=201', '?sort=rank', '?status=here', '?page=2'])(
    'refuses %s',
    async (query) => {
      const refused = await host.client.get<Problem>(`/api/events/${event.id}/guests${query}`)
      expect(refused.status).toBe(400)
    },
  )
})

describe('changing a guest', () => {
  it('changes what is named and keeps the rest', async () => {
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

  it('is refused when somebody else changed it meanwhile', async () => {
    const guest = await addGuest(host, event.id)
    const seen = (await host.client.get(pathOf(guest.id))).headers.get('etag') ?? ''
    await host.client.patch(pathOf(guest.id), { name: 'First' }, { 'if-match': seen })
    const late = await host.client.patch<Problem>(pathOf(guest.id), { name: 'Second' }, { 'if-match': seen })
    expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile'])
  })
})

describe('removing a guest', () => {
  it('frees the seats for those who wait, in their order, and ends the link', async () => {
    event = await createEvent(host, { maxCapacity: 2 })
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
    expect(await names('?sort=name')).toEqual(['Second', 'Third'])
  })
})

describe('what a guest writes with the answer', () => {
  it('reaches the host with the guest and with the answer, and is what holds now', async () => {
    const guest = await addGuest(host, event.id, { name: 'Ada Lovelace', plusOnesAllowed: 2 })
    const told = async () => {
      await readModelsCaughtUp(product)
      const { items } = expectStatus(
        await host.client.get<z.infer<typeof activityPage>>(`/api/events/${event.id}/activity`),
        200,
      )
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

describe('forgetting a guest', () => {
  it('erases what is personal from every answer, and keeps that somebody was there', async () => {
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

  it('takes the guest off the list and out of the counts', async () => {
    await addGuest(host, event.id, { name: 'Who stays' })
    const guest = await addGuest(host, event.id, { name: 'Who goes', email: 'goes@example.org' })
    expectStatus(await host.client.post(`${pathOf(guest.id)}/forget`), 204)

    const { items, counts } = await list()
    expect([items.map(({ name }) => name), counts.all]).toEqual([['Who stays'], 1])
    const seen = expectStatus(await host.client.get<EventView>(`/api/events/${event.id}`), 200)
    expect(seen.counts).toMatchObject({ guests: 1 })
  })

  it('is done once, and again changes nothing', async () => {
    const guest = await addGuest(host, event.id)
    const path = `${pathOf(guest.id)}/forget`
    expect([(await host.client.post(path)).status, (await host.client.post(path)).status]).toEqual([204, 204])
  })
})

describe('links', () => {
  it('a new one ends the one before, with its openings and its pass', async () => {
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

  it('a revoked one lets nobody in, until a new one is issued', async () => {
    const guest = await addGuest(host, event.id)
    expect((await host.client.post(`${pathOf(guest.id)}/link/revoke`)).status).toBe(204)
    expect((await open(product.client(), guest.token)).status).toBe(404)
    expect((await host.client.get<GuestView>(pathOf(guest.id))).body.linkRevoked).toBe(true)

    const issued = await host.client.post<{ link: string }>(`${pathOf(guest.id)}/link`)
    expect((await open(product.client(), tokenOf(issued.body.link))).status).toBe(200)
  })
})
