import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activityItem } from '../../src/contracts/activity.ts'
import { arrivals as arrivalsView } from '../../src/contracts/door.ts'
import { event as eventView } from '../../src/contracts/events.ts'
import { guest as guestView } from '../../src/contracts/guests.ts'
import type { Projections } from '../../src/projections/create.ts'
import type { GuestSort, ReadModelQueries } from '../../src/projections/queries/types.ts'
import {
  aCheckInId,
  aGuestId,
  aHostId,
  anAttemptId,
  anEventId,
  appendSteps,
  appendTogether,
  eventSteps,
  guestSteps,
} from '../support/facts.ts'
import { openWorld, settle, type World } from './world.ts'

let world: World
let projections: Projections
let queries: ReadModelQueries

const EVENT = anEventId(0)
const CROWD = 2
const zoe = guestSteps(0, 1)
const bob = guestSteps(0, 2)
const eve = guestSteps(0, 3)
const gone = guestSteps(0, 4)
const shy = guestSteps(0, 5)

beforeAll(async () => {
  world = await openWorld()
  projections = world.process()
  queries = projections.queries
  await projections.start()
  await appendSteps(world.log, [
    eventSteps(0).created({ name: 'Gala' }),
    eventSteps(1).created({ name: 'Later' }),
    eventSteps(CROWD).created({ name: 'Crowd', ownerId: aHostId(9) }),
    eventSteps(0).capacity(10),
    eventSteps(0).published(),
    zoe.invited({
      name: 'Zoë Müller',
      email: 'Zoe@Orangerie.fr',
      phone: '+33612345678',
      externalRef: 'CRM-1',
    }),
    zoe.linkIssued(1),
    zoe.queued(),
    zoe.sent(),
    zoe.attempted(1),
    zoe.scored(1, {
      score: 65,
      band: 'high',
      reasons: [
        { code: 'geo_jump_impossible', params: { minutes: 12 } },
        { code: 'ip_change', params: {} },
      ],
    }),
    zoe.answered('confirmed', 3, { plusOneNames: ['Max'], note: 'Vegetarian' }),
    zoe.checkedIn(1, 2, 'North gate'),
    zoe.checkedIn(2, 1, 'South gate'),
    zoe.undone(2),
    bob.invited({ name: 'Bob', email: 'bob@example.org', externalRef: null }),
    bob.sent(),
    bob.attempted(2, null),
    bob.answered('waitlisted', 2),
    bob.refused('not_attending'),
    eve.invited({ name: 'Eve', email: null, phone: '+4915112345678' }),
    eve.answered('waitlisted', 1),
    gone.invited({ name: 'Gone' }),
    gone.attempted(4),
    gone.removed(),
    shy.invited({ name: '100%_shy' }),
    shy.forgotten(),
    guestSteps(1, 1).invited({ name: 'Zoë of another event', email: 'zoe@orangerie.fr' }),
  ])
  await appendTogether(
    world.log,
    Array.from({ length: 25 }, (_, n) => [
      // Five names for 25 guests: sorting by name has ties.
      guestSteps(CROWD, n).invited({ name: `Name ${String(n % 5)}` }),
      guestSteps(CROWD, n).attempted(1_000 + n),
      guestSteps(CROWD, n).scored(1_000 + n, { score: (n % 4) * 20, band: n % 4 === 3 ? 'medium' : 'low' }),
    ]).flat(),
  )
  await settle(world, projections)
})

afterAll(async () => {
  await world.close()
})

describe('events', () => {
  it('shows an event with its counts, without those who were removed', async () => {
    const overview = await queries.events.overview(EVENT)
    expect(overview).toMatchObject({
      name: 'Gala',
      ownerId: aHostId(),
      status: 'published',
      maxCapacity: 10,
      revision: 1,
    })
    expect(overview?.counts).toEqual({
      guests: 4,
      invited: 2,
      opened: 2,
      confirmedParties: 1,
      confirmedPeople: 3,
      waitlistedPeople: 3,
      declined: 0,
      maybe: 0,
      arrivedParties: 1,
      arrivedPeople: 2,
      flagged: 1,
    })
    expect(() => eventView.parse({ ...overview, role: 'owner' })).not.toThrow()
  })

  it('finds nothing under an id that nobody created', async () => {
    expect(await queries.events.find(anEventId(77))).toBeNull()
    expect(await queries.events.overview(anEventId(77))).toBeNull()
  })

  it('lists what a host owns, newest first, page by page', async () => {
    const first = await queries.events.listOwned(aHostId(), { limit: 1 })
    expect(first.items.map(({ name }) => name)).toEqual(['Later'])
    const second = await queries.events.listOwned(aHostId(), { limit: 1, cursor: first.nextCursor ?? '' })
    expect(second.items.map(({ name }) => name)).toEqual(['Gala'])
    expect(second.nextCursor).toBeNull()
  })
})

describe('guests', () => {
  const list = (request: Partial<Parameters<typeof queries.guests.list>[1]> = {}) =>
    queries.guests.list(EVENT, { limit: 50, sort: 'name', ...request })
  const names = async (request: Parameters<typeof list>[0]) =>
    (await list(request)).items.map(({ name }) => name)

  it('shows one guest with everything that is known', async () => {
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
      invitation: { channel: 'email', state: 'sent', error: null },
      erased: false,
    })
  })

  it('finds nobody who was removed or is a guest of another event', async () => {
    expect(await queries.guests.find(EVENT, aGuestId(4))).toBeNull()
    expect(await queries.guests.find(anEventId(1), aGuestId(2))).toBeNull()
  })

  it('searches name, address, domain, number and reference without case and accents', async () => {
    for (const q of ['zoe mul', 'ZOË', 'orangerie.fr', '3361234', 'crm-1', ' müller ']) {
      expect(await names({ q }), q).toEqual(['Zoë Müller'])
    }
    expect(await names({ q: '%' })).toEqual([])
    expect(await names({ q: '_ob' })).toEqual([])
    expect(await names({ q: 'shy' })).toEqual([])
  })

  it('filters by status, risk and arrival, and counts by status what the other filters leave', async () => {
    expect(await names({ status: 'waitlisted' })).toEqual(['Bob', 'Eve'])
    expect(await names({ risk: 'high' })).toEqual(['Zoë Müller'])
    expect(await names({ checkedIn: true })).toEqual(['Zoë Müller'])
    expect(await names({ checkedIn: false, status: 'waitlisted' })).toEqual(['Bob', 'Eve'])
    const { counts, items } = await list({ status: 'confirmed' })
    expect(items).toHaveLength(1)
    expect(counts).toMatchObject({ all: 4, confirmed: 1, waitlisted: 2, added: 1, opened: 0 })
    expect((await list({ risk: 'high' })).counts).toMatchObject({ all: 1, confirmed: 1, waitlisted: 0 })
  })

  it.each<GuestSort>(['name', '-name', 'created', '-created', 'risk', '-risk'])(
    'pages through ties by %s without losing or repeating anybody',
    async (sort) => {
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

  it('puts the riskiest first', async () => {
    const { items } = await queries.guests.list(anEventId(CROWD), { limit: 7, sort: '-risk' })
    expect(items.map(({ riskScore }) => riskScore)).toEqual([60, 60, 60, 60, 60, 60, 40])
  })

  it('refuses a cursor that it did not give', async () => {
    for (const cursor of ['', 'x', Buffer.from('["a"]').toString('base64url')]) {
      await expect(list({ cursor })).rejects.toMatchObject({ code: 'invalid_cursor' })
    }
    await expect(
      list({ cursor: Buffer.from('["a","b"]').toString('base64url'), sort: 'risk' }),
    ).rejects.toMatchObject({
      code: 'invalid_cursor',
    })
  })

  it('finds the guests that an import would add again', async () => {
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

  it('invites those who have an address and were not invited yet, or exactly those who were chosen', async () => {
    const invite = async (...args: [channel: 'email' | 'sms', guestIds?: string[]]) =>
      (await queries.guests.recipients(EVENT, ...args)).map(({ name }) => name)
    expect(await invite('email')).toEqual([])
    expect(await invite('sms')).toEqual(['Eve'])
    expect(await invite('email', [aGuestId(1), aGuestId(3), aGuestId(4)])).toEqual(['Zoë Müller', 'Eve'])
  })
})

describe('rsvps', () => {
  it('shows an answer with names and note', async () => {
    expect(await queries.rsvps.find(EVENT, aGuestId(1))).toMatchObject({
      answer: 'attending',
      status: 'confirmed',
      partySize: 3,
      plusOneNames: ['Max'],
      note: 'Vegetarian',
      waitlistPlace: null,
    })
    expect(await queries.rsvps.find(EVENT, aGuestId(5))).toBeNull()
  })

  it('keeps the order of the waitlist', async () => {
    const waiting = await queries.rsvps.waitlist(EVENT)
    expect(waiting.map(({ guestId, waitlistPlace }) => [guestId, waitlistPlace])).toEqual([
      [aGuestId(2), 1],
      [aGuestId(3), 2],
    ])
    expect(await queries.rsvps.find(EVENT, aGuestId(3))).toMatchObject({ waitlistPlace: 2 })
  })

  it('adds up seats', async () => {
    expect(await queries.rsvps.totals(EVENT)).toEqual({
      confirmedParties: 1,
      confirmedPeople: 3,
      waitlistedParties: 2,
      waitlistedPeople: 3,
      declined: 0,
      maybe: 0,
    })
    expect(await queries.rsvps.totals(anEventId(77))).toMatchObject({ confirmedPeople: 0 })
  })
})

describe('activity', () => {
  it('tells what happened in sentences, the newest first', async () => {
    const { items, nextCursor } = await queries.activity.page(EVENT, { limit: 50 })
    for (const item of items) expect(activityItem.parse(item)).toEqual(item)
    expect(nextCursor).toBeNull()
    expect(items.map(({ sentence }) => sentence)).toEqual([
      'Gone opened the invitation, not scored yet',
      'Eve accepted and is on the waitlist',
      'Bob was not let in at Main entrance: not on the list of those who come',
      'Bob accepted and is on the waitlist, party of 2',
      'Bob opened the invitation, not scored yet',
      'A check-in of Zoë Müller was undone',
      'Zoë Müller checked in at South gate',
      'Zoë Müller checked in, 2 people, at North gate',
      'Zoë Müller accepted, party of 3',
      "Zoë Müller's link was opened from Lyon",
    ])
    expect(items.at(-1)).toMatchObject({
      id: anAttemptId(1),
      kind: 'opening',
      score: 65,
      band: 'high',
      label: 'Suspicious',
      decision: 'allowed',
      ruleSet: 'v1',
      reasons: [
        'Opened from Paris and Lyon within 12 minutes',
        'Opened from a different network than the first time',
      ],
      place: { city: 'Lyon', country: 'FR', lat: 45.8, lon: 4.8 },
      device: 'Safari on iPhone',
    })
    expect(items[0]).toMatchObject({ label: 'Unscored', score: null, band: null })
  })

  it('pages backwards without losing anything', async () => {
    const whole = await queries.activity.page(EVENT, { limit: 50 })
    const first = await queries.activity.page(EVENT, { limit: 6 })
    const second = await queries.activity.page(EVENT, { limit: 6, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items]).toEqual(whole.items)
    expect(first.head).toBe(second.head)
  })

  it('shows what one guest did', async () => {
    const { items } = await queries.activity.page(EVENT, { limit: 50, guest: aGuestId(2) })
    expect(items.map(({ kind }) => kind)).toEqual(['check_in_refused', 'rsvp', 'opening'])
  })

  it('gives the live feed what came after a position, in the order of the log', async () => {
    const { items } = await queries.activity.page(EVENT, { limit: 3 })
    const since = BigInt(items[2]?.position ?? '0') - 1n
    const after = await queries.activity.after(EVENT, since, 10)
    expect(after.map(({ id }) => id)).toEqual(items.toReversed().map(({ id }) => id))
  })

  it('gives an opening again when its score comes late, and keeps its place in the list', async () => {
    const { head } = await queries.activity.page(EVENT, { limit: 1 })
    const before = (await queries.activity.page(EVENT, { limit: 50 })).items.map(({ id }) => id)
    const position = await appendSteps(world.log, [bob.scored(2, { late: true, score: 33, band: 'medium' })])
    await projections.waitFor(position, 10_000)
    const news = await queries.activity.after(EVENT, BigInt(head), 10)
    expect(news).toEqual([
      expect.objectContaining({ id: anAttemptId(2), label: 'Review', score: 33, position: String(position) }),
    ])
    expect((await queries.activity.page(EVENT, { limit: 50 })).items.map(({ id }) => id)).toEqual(before)
  })
})

describe('arrivals', () => {
  it('counts who is expected and who came in, by gate', async () => {
    const view = await queries.arrivals.view(EVENT)
    expect(arrivalsView.parse(view)).toEqual(view)
    expect(view).toMatchObject({
      expected: 3,
      arrived: 2,
      parties: { expected: 1, arrived: 1 },
      byGate: [{ gate: 'North gate', arrived: 2 }],
    })
    expect(view.lastAt).toMatch(/^2026-06-01T/)
    expect(await queries.arrivals.view(anEventId(77))).toMatchObject({
      expected: 0,
      arrived: 0,
      parties: { expected: 0, arrived: 0 },
      byGate: [],
      lastAt: null,
    })
  })

  it('finds a check-in of the event, and none of another', async () => {
    expect(await queries.arrivals.findCheckIn(EVENT, aCheckInId(2))).toMatchObject({
      guestId: aGuestId(1),
      gate: 'South gate',
      undone: true,
    })
    expect(await queries.arrivals.findCheckIn(anEventId(1), aCheckInId(2))).toBeNull()
    expect((await queries.arrivals.ofGuest(EVENT, aGuestId(1))).map(({ checkInId }) => checkInId)).toEqual([
      aCheckInId(1),
      aCheckInId(2),
    ])
  })
})
