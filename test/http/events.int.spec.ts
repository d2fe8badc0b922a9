import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import { answer, addGuest, createEvent, expectStatus, register, type TestHost } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct
let host: TestHost

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
})

afterAll(async () => {
  await product.stop()
})

const act = <T = EventView>(eventId: string, verb: string) =>
  host.client.post<T>(`/api/events/${eventId}/${verb}`)

describe('creating an event', () => {
  it('fills in what was left out', async () => {
    const body = { name: 'Bal masqué', eventDate: '2026-12-31T19:00:00Z' }
    const event = expectStatus(await host.client.post<EventView>('/api/events', body), 201)

    expect(event).toMatchObject({
      name: 'Bal masqué',
      eventDate: '2026-12-31T19:00:00.000Z',
      timezone: 'UTC',
      venue: null,
      maxCapacity: null,
      status: 'draft',
      thresholds: { medium: 30, high: 60, block: 85 },
      role: 'owner',
      createdAt: '2026-06-01T12:00:00.000Z',
    })
    expect(event.slug).toMatch(/^bal-masque-[0-9a-z]{6}$/)
    expect(event.counts.guests).toBe(0)
  })

  it('refuses a slug that another event has, and gives it to one of many who ask at once', async () => {
    const body = { name: 'Summer', eventDate: '2026-07-01T19:00:00Z', slug: 'summer-party' }
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => host.client.post<Problem>('/api/events', body)),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body).toMatchObject({ code: 'slug_taken', errors: [{ path: 'slug' }] })
  })

  it('happens once for one Idempotency-Key, and another request under that key is refused', async () => {
    const body = { name: 'Once', eventDate: '2026-07-01T19:00:00Z' }
    const key = { 'idempotency-key': 'create-once' }
    const first = expectStatus(await host.client.post<EventView>('/api/events', body, key), 201)
    const second = expectStatus(await host.client.post<EventView>('/api/events', body, key), 201)
    const other = await host.client.post<Problem>('/api/events', { ...body, name: 'Twice' }, key)

    expect(second.id).toBe(first.id)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('is as it was after another request under its Idempotency-Key, which takes no address either', async () => {
    const body = { name: 'Once', eventDate: '2026-07-01T19:00:00Z', slug: 'once-and-for-all' }
    const key = { 'idempotency-key': 'create-as-it-was' }
    const { id } = expectStatus(await host.client.post<EventView>('/api/events', body, key), 201)
    const changed = { ...body, maxCapacity: 5, slug: 'free-for-others' }
    const other = await host.client.post<Problem>('/api/events', changed, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])

    const event = expectStatus(await host.client.get<EventView>(`/api/events/${id}`), 200)
    expect(event).toMatchObject({ maxCapacity: null, slug: 'once-and-for-all' })
    expectStatus(await host.client.post('/api/events', { ...body, slug: 'free-for-others' }), 201)
  })

  it.each([
    ['a time zone that does not exist', { timezone: 'Europe/Atlantis' }, 'timezone'],
    ['a date without a zone', { eventDate: '2026-07-01 19:00' }, 'eventDate'],
    ['a day that no calendar has', { eventDate: '2026-02-30T19:00:00Z' }, 'eventDate'],
    ['a year with its digits swapped', { eventDate: '0226-07-01T19:00:00Z' }, 'eventDate'],
    ['a year before this century', { eventDate: '1999-12-31T23:59:59Z' }, 'eventDate'],
    ['a year that passes cannot name', { eventDate: '9999-07-01T19:00:00Z' }, 'eventDate'],
    ['room for nobody', { maxCapacity: 0 }, 'maxCapacity'],
    ['half a seat', { maxCapacity: 1.5 }, 'maxCapacity'],
    ['a slug with capitals', { slug: 'My-Party' }, 'slug'],
    ['an empty name', { name: '   ' }, 'name'],
  ])('refuses %s and names the field', async (_what, change, path) => {
    const body = { name: 'Party', eventDate: '2026-07-01T19:00:00Z', ...change }
    const answer = await host.client.post<Problem>('/api/events', body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.path).toBe(path)
  })
})

describe('the date of an event', () => {
  it('may be in any year from 2000 to 2199, and is held to it when it is changed', async () => {
    const body = { name: 'Party', eventDate: '2000-01-01T00:00:00Z' }
    const { id } = expectStatus(await host.client.post<EventView>('/api/events', body), 201)
    const change = (eventDate: string) => host.client.patch<Problem>(`/api/events/${id}`, { eventDate })
    expect((await change('2199-12-31T23:59:59Z')).status).toBe(200)
    const refused = await change('2200-01-01T00:00:00Z')
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'eventDate'])
  })
})

describe('the list of events', () => {
  it('has the own events, the newest first, page by page', async () => {
    const other = await register(product)
    const names: string[] = []
    for (const name of ['First', 'Second', 'Third']) {
      product.clock.advance(1_000)
      const answer = await other.client.post<EventView>('/api/events', {
        name,
        eventDate: '2026-07-01T19:00:00Z',
      })
      const min = { 'gg-min-position': answer.headers.get('gg-position') ?? '' }
      await other.client.get('/api/events', min)
    }
    let cursor: string | null = null
    do {
      const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { items: EventView[]; nextCursor: string | null } = expectStatus(
        await other.client.get<{ items: EventView[]; nextCursor: string | null }>(
          `/api/events?limit=2${query}`,
        ),
        200,
      )
      names.push(...page.items.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(names).toEqual(['Third', 'Second', 'First'])
  })
})

describe('changing an event', () => {
  it('gives a new ETag with each change and refuses a change made from an old one', async () => {
    const { id } = await createEvent(host)
    const path = `/api/events/${id}`
    const seen = (await host.client.get(path)).headers.get('etag') ?? ''
    const mine = await host.client.patch<EventView>(path, { venue: 'Orangerie' }, { 'if-match': seen })
    const late = await host.client.patch<Problem>(path, { name: 'Other' }, { 'if-match': seen })

    expect(expectStatus(mine, 200).venue).toBe('Orangerie')
    expect(mine.headers.get('etag')).not.toBe(seen)
    expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile'])
    expect((await host.client.get<EventView>(path)).body.name).toBe('Garden party')
  })

  it('gives a new ETag when the capacity changes, and refuses a capacity chosen from an old one', async () => {
    const { id } = await createEvent(host)
    const path = `/api/events/${id}`
    const seen = (await host.client.get(path)).headers.get('etag') ?? ''
    const mine = await host.client.patch<EventView>(path, { maxCapacity: 10 }, { 'if-match': seen })
    const late = await host.client.patch<Problem>(path, { maxCapacity: 20 }, { 'if-match': seen })

    expect(expectStatus(mine, 200).maxCapacity).toBe(10)
    expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile'])
    expect((await host.client.get<EventView>(path)).body.maxCapacity).toBe(10)
  })

  it('changes nothing at all when a part of the change is refused', async () => {
    const event = await createEvent(host, { maxCapacity: 5 })
    const guest = await addGuest(host, event.id, { plusOnesAllowed: 3 })
    await answer(product.client(), guest.token, { answer: 'attending', partySize: 4 })
    const path = `/api/events/${event.id}`
    const refused = await host.client.patch<Problem>(path, { name: 'Renamed', maxCapacity: 3 })

    expect([refused.status, refused.body.code]).toEqual([409, 'capacity_below_confirmed'])
    expect(refused.body.errors?.[0]?.path).toBe('maxCapacity')
    expect(expectStatus(await host.client.get<EventView>(path), 200)).toMatchObject({
      name: 'Garden party',
      maxCapacity: 5,
    })
    const fits = await host.client.patch<EventView>(path, { name: 'Renamed', maxCapacity: 4 })
    expect(fits.body).toMatchObject({ name: 'Renamed', maxCapacity: 4 })
  })

  it('answers the retry of a change as the change, although the ETag is an old one by then', async () => {
    const { id } = await createEvent(host)
    const path = `/api/events/${id}`
    const seen = (await host.client.get(path)).headers.get('etag') ?? ''
    const headers = { 'if-match': seen, 'idempotency-key': 'change-once' }
    const body = { name: 'Renamed', slug: 'changed-once', maxCapacity: 9 }
    const first = await host.client.patch<EventView>(path, body, headers)
    const second = await host.client.patch<EventView>(path, body, headers)

    expect(expectStatus(second, 200)).toEqual(expectStatus(first, 200))
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
  })

  it('leaves the slug to others when the change is refused', async () => {
    const { id } = await createEvent(host)
    const path = `/api/events/${id}`
    const refused = await host.client.patch(path, { slug: 'left-to-others' }, { 'if-match': '"7-0"' })
    expect(refused.status).toBe(412)
    const body = { name: 'Another', eventDate: '2026-07-01T19:00:00Z', slug: 'left-to-others' }
    expect((await host.client.post('/api/events', body)).status).toBe(201)
  })
})

describe('the life of an event', () => {
  it('is published, closed, opened again and archived', async () => {
    const { id } = await createEvent(host, {}, 'draft')
    const statuses = []
    for (const verb of ['publish', 'publish', 'close', 'publish', 'archive', 'archive']) {
      statuses.push(expectStatus(await act(id, verb), 200).status)
    }
    expect(statuses).toEqual(['published', 'published', 'closed', 'published', 'archived', 'archived'])
  })

  it.each([
    ['a draft', [], 'close'],
    ['an archived event', ['archive'], 'publish'],
    ['an archived event', ['archive'], 'close'],
  ])('does not let %s (after %j) be followed by %s', async (_what, before, verb) => {
    const { id } = await createEvent(host, {}, 'draft')
    for (const step of before) await act(id, step)
    const refused = await act<Problem>(id, verb)
    expect([refused.status, refused.body.code]).toEqual([409, 'illegal_transition'])
  })

  it('ends with an event that can be read, and in which nothing but personal data can change', async () => {
    const { id } = await createEvent(host)
    const guest = await addGuest(host, id, { email: 'grace@example.org' })
    await act(id, 'archive')
    const guestPath = `/api/events/${id}/guests/${guest.id}`
    const csv = { body: 'name\nAlan', headers: { 'content-type': 'text/csv' } }
    const changes = {
      'the details': await host.client.patch(`/api/events/${id}`, { name: 'Other' }),
      'the guest list': await host.client.post(`/api/events/${id}/guests`, { name: 'Alan' }),
      'an import': await host.client.request('POST', `/api/events/${id}/guests/import`, csv),
      'a guest': await host.client.patch(guestPath, { name: 'Alan' }),
      'the removal of a guest': await host.client.delete(guestPath),
      'a new link': await host.client.post(`${guestPath}/link`),
      invitations: await host.client.post(`/api/events/${id}/invitations/send`, { channel: 'email' }),
    }
    for (const [what, refused] of Object.entries(changes)) expect(refused.status, what).toBe(409)

    expect((await host.client.get(guestPath)).status).toBe(200)
    expect((await host.client.post(`${guestPath}/link/revoke`)).status, 'closing a leak').toBe(204)
    expect((await host.client.post(`${guestPath}/forget`)).status, 'erasing somebody').toBe(204)
  })
})

describe('reading what was just written', () => {
  it('waits for the position that a write answered', async () => {
    const { id } = await createEvent(host)
    const path = `/api/events/${id}/guests`
    for (let count = 1; count <= 20; count++) {
      const added = await host.client.post(path, { name: `Guest ${String(count)}` })
      const position = added.headers.get('gg-position') ?? ''
      const list = await host.client.get<{ counts: { all: number } }>(path, { 'gg-min-position': position })
      expect([list.body.counts.all, list.headers.get('gg-stale')]).toEqual([count, null])
    }
  })

  it('says so when the read models do not get there in time', async () => {
    const ahead = String((await product.store.head()) + 1_000n)
    const list = await host.client.get('/api/events', { 'gg-min-position': ahead })
    expect([list.status, list.headers.get('gg-stale')]).toEqual([200, 'true'])
  })
})
