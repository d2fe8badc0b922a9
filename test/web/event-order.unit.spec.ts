import { describe, expect, it } from 'vitest'
import type { EventStatus, EventView } from '../../src/contracts/events.ts'
import { inOrder } from '../../web/src/features/events/event-order.ts'

const NOW = '2027-06-20T23:30:00Z'

const event = (name: string, status: EventStatus, eventDate: string): EventView => ({
  id: '01JZZZZZZZZZZZZZZZZZZZZZZZ',
  name,
  slug: 'event',
  eventDate,
  timezone: 'Europe/Zurich',
  venue: null,
  maxCapacity: null,
  status,
  thresholds: { medium: 30, high: 60, block: 80 },
  role: 'owner',
  counts: {
    guests: 0,
    invited: 0,
    opened: 0,
    confirmedParties: 0,
    confirmedPeople: 0,
    waitlistedParties: 0,
    waitlistedPeople: 0,
    firstWaitingPeople: 0,
    declined: 0,
    maybe: 0,
    arrivedParties: 0,
    arrivedPeople: 0,
    flagged: 0,
  },
  createdAt: '2027-01-01T00:00:00Z',
  updatedAt: '2027-01-01T00:00:00Z',
})
const names = (...events: EventView[]) => inOrder(events, Date.parse(NOW)).map(({ name }) => name)

describe('the list of events', () => {
  it('has what comes up, then what is being prepared, then what is over', () => {
    expect(
      names(
        event('a draft', 'draft', '2027-06-25T18:00:00Z'),
        event('over long ago', 'published', '2026-06-01T18:00:00Z'),
        event('in autumn', 'published', '2027-10-01T18:00:00Z'),
        event('a draft for sooner', 'draft', '2027-06-22T18:00:00Z'),
        event('called off', 'archived', '2027-08-01T18:00:00Z'),
        event('next week', 'published', '2027-06-27T18:00:00Z'),
        event('over, and answers closed', 'closed', '2027-05-01T18:00:00Z'),
      ),
    ).toEqual([
      'next week',
      'in autumn',
      'a draft for sooner',
      'a draft',
      'called off',
      'over, and answers closed',
      'over long ago',
    ])
  })

  it('has the event of the night on top until it is over, also when its answers are closed', () => {
    expect(
      names(
        event('tomorrow', 'published', '2027-06-21T18:00:00Z'),
        event('yesterday', 'published', '2027-06-19T18:00:00Z'),
        event('since half past seven', 'closed', '2027-06-20T17:30:00Z'),
      ),
    ).toEqual(['since half past seven', 'tomorrow', 'yesterday'])
  })

  it('leaves events of the same time, and the list it is given, as they are', () => {
    const given = [
      event('one', 'published', '2027-07-01T18:00:00Z'),
      event('two', 'published', '2027-07-01T18:00:00Z'),
    ]
    expect(names(...given)).toEqual(['one', 'two'])
    const late = [event('late', 'published', '2027-08-01T18:00:00Z'), ...given]
    inOrder(late, Date.parse(NOW))
    expect(late.map(({ name }) => name)).toEqual(['late', 'one', 'two'])
  })
})
