import { describe, expect } from 'vitest'
import { guest as guestView } from '../../src/contracts/guests.ts'
import type { GuestSort, ReadModelQueries } from '../../src/projections/queries/types.ts'
import { aGuestId, anEventId } from '../support/facts.ts'
import { atTheGala, CROWD, EVENT } from './gala.ts'

type Request = Partial<Parameters<ReadModelQueries['guests']['list']>[1]>

const it = atTheGala
  .extend('list', { scope: 'file' }, ({ queries }) => (request: Request) => {
    return queries.guests.list(EVENT, { limit: 50, sort: 'name', ...request })
  })
  .extend('names', { scope: 'file' }, ({ list }) => async (request: Request) => {
    return (await list(request)).items.map(({ name }) => name)
  })

describe('guests', () => {
  it('shows one guest with everything that is known', async ({ queries }) => {
    const found = await queries.guests.find(EVENT, aGuestId(1))
    expect(guestView.parse(found)).toEqual(found)
    expect(found).toMatchObject({
      name: 'Zoë Müller',
      status: 'confirmed',
      risk: 'high',
      riskLabel: 'Suspicious',
      riskScore: 65,
      openings: 1,
      partySize: 3,
      arrived: 2,
      linkVersion: 1,
      linkRevoked: false,
      invitation: { channel: 'email', state: 'sent', error: null, outdated: false },
    })
  })

  it('finds nobody who was removed or is a guest of another event', async ({ queries }) => {
    expect(await queries.guests.find(EVENT, aGuestId(4))).toBeNull()
    expect(await queries.guests.find(anEventId(1), aGuestId(2))).toBeNull()
  })

  it('searches name, address, domain, number and reference without case and accents', async ({ names }) => {
    for (const q of ['zoe mul', 'ZOË', 'orangerie.fr', '3361234', 'crm-1', ' müller ']) {
      expect(await names({ q }), q).toEqual(['Zoë Müller'])
    }
    expect(await names({ q: '%' })).toEqual([])
    expect(await names({ q: '_ob' })).toEqual([])
    expect(await names({ q: 'shy' })).toEqual([])
  })

  it('filters by status, risk and arrival, and counts by status what the other filters leave', async ({
    list,
    names,
  }) => {
    expect(await names({ status: 'waitlisted' })).toEqual(['Bob', 'Eve'])
    expect(await names({ risk: 'high' })).toEqual(['Zoë Müller'])
    expect(await names({ checkedIn: true })).toEqual(['Zoë Müller'])
    expect(await names({ checkedIn: false, status: 'waitlisted' })).toEqual(['Bob', 'Eve'])
    const { counts, items } = await list({ status: 'confirmed' })
    expect(items).toHaveLength(1)
    expect(counts).toMatchObject({ all: 3, confirmed: 1, waitlisted: 2, added: 0, opened: 0 })
    expect((await list({ risk: 'high' })).counts).toMatchObject({ all: 1, confirmed: 1, waitlisted: 0 })
  })

  it.for<GuestSort>(['name', '-name', 'created', '-created', 'risk', '-risk'])(
    'pages through ties by %s without losing or repeating anybody',
    async (sort, { queries }) => {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await queries.guests.list(anEventId(CROWD), { limit: 4, sort, cursor })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      expect(seen).toHaveLength(25)
      expect(new Set(seen).size).toBe(25)
      const all = await queries.guests.list(anEventId(CROWD), { limit: 200, sort })
      expect(all.items.map(({ id }) => id)).toEqual(seen)
    },
  )

  it('puts the riskiest first', async ({ queries }) => {
    const { items } = await queries.guests.list(anEventId(CROWD), { limit: 7, sort: '-risk' })
    expect(items.map(({ riskScore }) => riskScore)).toEqual([60, 60, 60, 60, 60, 60, 40])
  })

  it('refuses a cursor that it did not give', async ({ list }) => {
    for (const cursor of ['', 'x', Buffer.from('["a"]').toString('base64url')]) {
      await expect(list({ cursor })).rejects.toMatchObject({ code: 'invalid_cursor' })
    }
    await expect(
      list({ cursor: Buffer.from('["a","b"]').toString('base64url'), sort: 'risk' }),
    ).rejects.toMatchObject({
      code: 'invalid_cursor',
    })
  })

  it('finds the guests that an import would add again', async ({ queries }) => {
    const found = async (keys: Parameters<typeof queries.guests.findByContact>[1]) =>
      (await queries.guests.findByContact(EVENT, keys)).map(({ name }) => name)
    expect(await found({ emails: ['ZOE@orangerie.FR'] })).toEqual(['Zoë Müller'])
    expect(await found({ phones: ['+4915112345678'], externalRefs: ['CRM-1'] })).toEqual([
      'Zoë Müller',
      'Eve',
    ])
    expect(await found({ emails: ['guest4@example.org'] })).toEqual([])
    expect(await found({})).toEqual([])
  })

  it('invites those who were not invited yet, or exactly those who were chosen', async ({ queries }) => {
    const invite = async (guestIds?: string[]) =>
      (await queries.guests.recipients(EVENT, guestIds)).map(({ name }) => name)
    expect(await invite()).toEqual(['Eve'])
    expect(await invite([aGuestId(1), aGuestId(3), aGuestId(4)])).toEqual(['Zoë Müller', 'Eve'])
  })
})
