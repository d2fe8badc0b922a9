import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { DEMO_HOST_ID, seed, storyOf } from '../../src/demo/seed.ts'
import { CAPACITY, EVENING } from '../../src/demo/story/evening.ts'
import { DOORS_OPEN_FOR, GATES, PRIVATE_VIEW } from '../../src/demo/story/private-view.ts'
import { networks } from '../../src/demo/networks.ts'
import { HOUR } from '../../src/kernel/time.ts'
import { NOW, readable, tellStory, type Told } from './told.ts'

let told: Told

beforeAll(async () => {
  told = await tellStory()
  await readable(told.foundation)
})

afterAll(async () => {
  await told.end()
})

const queries = () => told.foundation.projections.queries

async function activityOf(eventId: string): Promise<ActivityItem[]> {
  const items: ActivityItem[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await queries().activity.page(eventId, { limit: 200, cursor: cursor ?? undefined })
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

const guestsOf = (eventId: string) => queries().guests.list(eventId, { limit: 200, sort: 'name' })

describe('the evening of the demo', () => {
  it('has 120 guests at every stage of an invitation', async () => {
    const { counts } = await guestsOf(EVENING)
    expect(counts).toEqual({
      all: 120,
      added: 4,
      invited: 14,
      opened: 9,
      confirmed: 67,
      waitlisted: 3,
      declined: 15,
      maybe: 8,
    })
  })

  it('is full but for one seat, with a short waitlist whose first party is too large for it', async () => {
    const totals = await queries().rsvps.totals(EVENING)
    expect(totals).toMatchObject({ confirmedPeople: CAPACITY - 1, waitlistedParties: 3 })
    const [first] = await queries().rsvps.waitlist(EVENING)
    expect(first).toMatchObject({ partySize: 2, waitlistPlace: 1 })
  })

  it('tells of the one party that was promoted', async () => {
    const promoted = (await activityOf(EVENING)).filter(({ kind }) => kind === 'promotion')
    expect(promoted.map(({ sentence }) => sentence)).toEqual([
      'Lotte Vandermeulen moved from the waiting list to a seat, party of 2',
    ])
  })

  it('has openings in every band, most of them harmless', async () => {
    const openings = (await activityOf(EVENING)).filter(({ kind }) => kind === 'opening')
    const inBand = (band: ActivityItem['band']) => openings.filter((item) => item.band === band).length
    expect(inBand('low')).toBeGreaterThan(openings.length / 2)
    expect(inBand('medium')).toBeGreaterThan(20)
    expect(inBand('high')).toBeGreaterThanOrEqual(5)
    expect(inBand('block')).toBe(3)
    expect(openings.every(({ score, ruleSet }) => score !== null && ruleSet === 'v1')).toBe(true)
  })

  it('stopped the link that was opened in Paris and in Lagos, and let the guest in again with a new one', async () => {
    const ofInes = (await activityOf(EVENING)).filter(({ guest }) => guest?.name === 'Inès Marchand')
    const blocked = ofInes.find(({ decision }) => decision === 'blocked')
    expect(blocked?.place).toMatchObject({ city: 'Lagos', country: 'NG' })
    expect(blocked?.reasons).toContain('Opened from Paris and Lagos within 12 minutes')
    expect(ofInes[0]).toMatchObject({ kind: 'opening', band: 'low', place: { city: 'Paris' } })
    const { items } = await queries().guests.list(EVENING, { limit: 5, sort: 'name', q: 'Inès Marchand' })
    expect(items[0]).toMatchObject({ linkVersion: 2, risk: 'block' })
  })

  it('stopped the program in the data centre, which did not say what it was', async () => {
    const stopped = (await activityOf(EVENING)).filter(
      ({ place, decision }) => place?.city === 'Ashburn' && decision === 'blocked',
    )
    expect(stopped).toHaveLength(1)
    expect(stopped[0]?.reasons).toContain('The browser did not say what it is')
    expect(stopped[0]?.device).toBeNull()
  })

  it('found the copied link suspicious although it was opened in the same city', async () => {
    const [latest] = (await activityOf(EVENING)).filter(({ guest }) => guest?.name === 'Oluwaseun Adeyemi')
    expect(latest).toMatchObject({ band: 'high', decision: 'allowed', place: { city: 'Lyon' } })
    expect(latest?.reasons).toContain('The browser shared no device details')
  })

  it('has guests from a file and by hand, by mail and by text message, and one who could not be reached', async () => {
    const { items } = await guestsOf(EVENING)
    const count = (fits: (guest: (typeof items)[number]) => boolean) => items.filter(fits).length
    expect(count(({ externalRef }) => externalRef !== null)).toBeGreaterThan(90)
    expect(count(({ externalRef }) => externalRef === null)).toBeGreaterThan(5)
    expect(count(({ utmSource }) => utmSource !== null)).toBeGreaterThan(20)
    expect(count(({ invitation }) => invitation.channel === 'sms')).toBeGreaterThan(5)
    const failed = items.filter(({ invitation }) => invitation.state === 'failed')
    expect(failed.map(({ invitation }) => invitation.error)).toEqual([
      'The mail server does not know this address (550 5.1.1).',
    ])
  })
})

describe('the private view of today', () => {
  it('has a part of its guests inside, by two gates', async () => {
    const view = await queries().arrivals.view(PRIVATE_VIEW)
    expect(view.parties).toMatchObject({ expected: 30, arrived: 13 })
    expect(view.parties.complete + view.parties.partly).toBe(13)
    expect(view.arrived).toBeGreaterThan(13)
    expect(view.arrived).toBeLessThan(view.expected)
    expect(view.byGate.map(({ gate }) => gate).toSorted()).toEqual(GATES.toSorted())
  })

  it('refused a pass that was shown twice, and took one check-in back', async () => {
    const items = await activityOf(PRIVATE_VIEW)
    const refused = items.filter(({ kind }) => kind === 'check_in_refused')
    expect(refused).toHaveLength(1)
    expect(refused[0]?.sentence).toContain('the whole party is already inside')
    const undone = items.filter(({ kind }) => kind === 'check_in_undone')
    expect(undone).toHaveLength(1)
    const after = items.filter(
      ({ guest, at }) => guest?.id === undone[0]?.guest?.id && at > (undone[0]?.at ?? ''),
    )
    expect(after.map(({ kind }) => kind)).toEqual(['check_in'])
  })
})

describe('the phones at the gates', () => {
  const ticketsOf = (eventId: string) => queries().door.tickets(eventId)

  it('have tickets that are good, and let in everybody whom their gate counts', async () => {
    const [tickets, { byGate }] = await Promise.all([
      ticketsOf(PRIVATE_VIEW),
      queries().arrivals.view(PRIVATE_VIEW),
    ])
    expect(tickets.map(({ gate }) => gate).toSorted()).toEqual(GATES.toSorted())
    for (const { gate, devices, expiresAt, revokedAt } of tickets) {
      expect([revokedAt, Date.parse(expiresAt) > NOW, devices.length]).toEqual([null, true, 1])
      const [device] = devices
      expect(device?.arrived).toBe(byGate.find((one) => one.gate === gate)?.arrived)
      expect(Date.parse(device?.firstSeenAt ?? '')).toBeLessThan(NOW - DOORS_OPEN_FOR)
    }
  })

  it('stood at every gate of every event where somebody came in', async () => {
    for (const { id } of storyOf(NOW).events) {
      const [tickets, { byGate }] = await Promise.all([ticketsOf(id), queries().arrivals.view(id)])
      expect(tickets.map(({ gate }) => gate).toSorted()).toEqual(byGate.map(({ gate }) => gate).toSorted())
    }
  })
})

describe('the events of the demo host', () => {
  it('are one ahead, one today, one in preparation and one in the archive', async () => {
    const { items } = await queries().events.listOwned(DEMO_HOST_ID, { limit: 10 })
    const days = items.map(({ status, eventDate }) => [
      status,
      Math.round((Date.parse(eventDate) - NOW) / (24 * HOUR)) || 0,
    ])
    expect(days).toEqual([
      ['draft', 44],
      ['published', 14],
      ['published', 0],
      ['archived', -71],
    ])
  })

  it('are told in sentences without holes, in the order in which things happened, by nobody from the future', async () => {
    for (const { id } of storyOf(NOW).events) {
      const items = await activityOf(id)
      const words = items.flatMap(({ sentence, reasons }) => [sentence, ...reasons])
      for (const text of words) {
        expect(text.trim()).not.toBe('')
        expect(text).not.toMatch(/undefined|null|NaN|\[object|\{|\s{2}| ,/)
      }
      const times = items.map(({ at }) => at)
      expect(times).toEqual(times.toSorted().reverse())
      expect(times.every((at) => Date.parse(at) <= NOW)).toBe(true)
    }
  })

  it('were opened from the cities that the addresses are of', async () => {
    const opened = (await activityOf(EVENING)).filter(({ kind }) => kind === 'opening')
    const cities = new Set(opened.map(({ place }) => place?.city))
    expect([...cities].filter((city) => city == null || !(city in networks))).toEqual([])
    expect(cities.size).toBeGreaterThan(12)
  })
})

describe('telling the story again', () => {
  it('changes nothing, also when it is told later', async () => {
    const { store } = told.foundation
    const head = await store.head()
    await seed(told.foundation, NOW)
    await seed(told.foundation, NOW + 5 * HOUR)
    expect(await store.head()).toBe(head)
  })
})
