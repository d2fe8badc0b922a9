import { describe, expect } from 'vitest'
import { arrivals as arrivalsView } from '../../src/contracts/door.ts'
import { event as eventView } from '../../src/contracts/events.ts'
import { aCheckInId, aGuestId, aHostId, anEventId } from '../support/facts.ts'
import { atTheGala as it, EVENT } from './gala.ts'

describe('events', () => {
  it('shows an event with its counts, without those who were removed or forgotten', async ({ queries }) => {
    const overview = await queries.events.overview(EVENT)
    expect(overview).toMatchObject({
      name: 'Gala',
      ownerId: aHostId(),
      status: 'published',
      maxCapacity: 10,
      revision: 1,
    })
    expect(overview?.counts).toEqual({
      guests: 3,
      invited: 2,
      opened: 2,
      confirmedParties: 1,
      confirmedPeople: 3,
      waitlistedParties: 2,
      waitlistedPeople: 3,
      firstWaitingPeople: 2,
      declined: 0,
      maybe: 0,
      arrivedParties: 1,
      arrivedPeople: 2,
      flagged: 1,
    })
    expect(() => eventView.parse({ ...overview, role: 'owner' })).not.toThrow()
  })

  it('has nobody first on a waitlist without anybody', async ({ queries }) => {
    const { items } = await queries.events.listOwned(aHostId(), { limit: 10 })
    expect(
      items.map(({ name, counts }) => [name, counts.waitlistedParties, counts.firstWaitingPeople]),
    ).toEqual([
      ['Later', 0, 0],
      ['Gala', 2, 2],
    ])
  })

  it('finds nothing under an id that nobody created', async ({ queries }) => {
    expect(await queries.events.find(anEventId(77))).toBeNull()
    expect(await queries.events.overview(anEventId(77))).toBeNull()
  })

  it('lists what a host owns, newest first, page by page', async ({ queries }) => {
    const first = await queries.events.listOwned(aHostId(), { limit: 1 })
    expect(first.items.map(({ name }) => name)).toEqual(['Later'])
    const second = await queries.events.listOwned(aHostId(), { limit: 1, cursor: first.nextCursor ?? '' })
    expect(second.items.map(({ name }) => name)).toEqual(['Gala'])
    expect(second.nextCursor).toBeNull()
  })
})

describe('rsvps', () => {
  it('shows an answer with names and note', async ({ queries }) => {
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

  it('keeps the order of the waitlist', async ({ queries }) => {
    const waiting = await queries.rsvps.waitlist(EVENT)
    expect(waiting.map(({ guestId, waitlistPlace }) => [guestId, waitlistPlace])).toEqual([
      [aGuestId(2), 1],
      [aGuestId(3), 2],
    ])
    expect(await queries.rsvps.find(EVENT, aGuestId(3))).toMatchObject({ waitlistPlace: 2 })
  })

  it('adds up seats', async ({ queries }) => {
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

describe('arrivals', () => {
  it('counts who is expected and who came in, by gate', async ({ queries }) => {
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

  it('finds a check-in of the event, and none of another', async ({ queries }) => {
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
