import { describe, expect, it } from 'vitest'
import { ERASED } from '../../src/events/fact.ts'
import type { Fact } from '../../src/events/registry.ts'
import { events } from '../../src/projections/events.ts'
import { guests } from '../../src/projections/guests.ts'
import { rsvps } from '../../src/projections/rsvps.ts'
import { anEventId, aGuestId, aHostId, asFacts, eventSteps, guestSteps, type Step } from '../support/facts.ts'
import { rowsOf } from './fold-all.ts'

const ada = guestSteps(0, 1)
const invited = ada.invited({ name: 'Ada Lovelace', email: 'Ada@Example.org', phone: '+33123456789' })

describe('events', () => {
  const { created, changed, published, closed, archived, capacity } = eventSteps()
  const row = (...steps: Step[]) => rowsOf(events, asFacts(steps))[0]

  it('given an event was created, has its settings as a draft', () => {
    expect(row(created({ venue: 'Orangerie' }))).toEqual({
      event_id: anEventId(),
      owner_id: aHostId(),
      name: 'Event 0',
      slug: 'event-0',
      event_date: '2026-07-01T18:00:00Z',
      timezone: 'Europe/Paris',
      venue: 'Orangerie',
      max_capacity: null,
      status: 'draft',
      thresholds: null,
      revision: 0,
      created_at: '2026-06-01T10:00:00.000Z',
      updated_at: '2026-06-01T10:00:00.000Z',
    })
  })

  it('given details changed, changes only what was changed', () => {
    const after = row(created({ venue: 'Orangerie' }), changed({ name: 'Gala' }))
    expect(after).toMatchObject({
      name: 'Gala',
      venue: 'Orangerie',
      revision: 1,
      updated_at: '2026-06-01T10:00:01.000Z',
    })
    expect(row(created({ venue: 'Orangerie' }), changed({ venue: null }))).toMatchObject({ venue: null })
  })

  it('given a capacity in the stream of the answers, shows it without touching the revision of the settings', () => {
    expect(row(created(), capacity(80))).toMatchObject({ max_capacity: 80, revision: 0 })
    expect(row(created(), capacity(80), capacity(null))).toMatchObject({ max_capacity: null })
  })

  it('goes from draft to published to closed to archived', () => {
    const steps = [created(), published(), closed(), archived()]
    const statuses = steps.map((_, index) => row(...steps.slice(0, index + 1))?.['status'])
    expect(statuses).toEqual(['draft', 'published', 'closed', 'archived'])
  })
})

describe('guests', () => {
  const row = (...steps: Step[]) => rowsOf(guests, asFacts(steps))[0]

  it('given an invited guest, can be found without accents and case', () => {
    const zoe = row(ada.invited({ name: 'Zoë Łukasz-Größe', email: 'Z@Ex.org', externalRef: 'CRM-7' }))
    expect(zoe).toMatchObject({
      listed: true,
      sort_name: 'zoe lukasz-grosse',
      search: 'zoe lukasz-grosse\nz@ex.org\ncrm-7',
    })
  })

  it('shows the furthest step: added, invited, opened, then the answer', () => {
    const steps = [
      invited,
      ada.queued(),
      ada.sent(),
      ada.attempted(),
      ada.answered('waitlisted', 2),
      ada.promoted(2),
    ]
    const statuses = steps.map((_, index) => row(...steps.slice(0, index + 1))?.['status'])
    expect(statuses).toEqual(['added', 'added', 'invited', 'opened', 'waitlisted', 'confirmed'])
  })

  it('does not fall back to added when a later invitation fails', () => {
    expect(row(invited, ada.sent(), ada.failed('mailbox full'))).toMatchObject({
      status: 'invited',
      invitation_state: 'failed',
      invitation_error: 'mailbox full',
    })
  })

  it('falls back to opened when the answer is withdrawn', () => {
    expect(row(invited, ada.attempted(), ada.answered(), ada.withdrawn())).toMatchObject({
      status: 'opened',
      answer: null,
      party_size: null,
    })
  })

  it('keeps the highest band, and in it the highest score', () => {
    const high = ada.scored(1, { band: 'high', score: 65 })
    const medium = ada.scored(2, { band: 'medium', score: 70 })
    expect(row(invited, high, medium)).toMatchObject({ risk: 'high', risk_score: 65 })
    expect(row(invited, medium, high, ada.scored(3, { band: 'high', score: 61 }))).toMatchObject({
      risk: 'high',
      risk_score: 65,
    })
  })

  it('follows the newest score of each opening, up and down, and finds the next gravest', () => {
    const opened = [
      invited,
      ada.scored(1, { band: 'high', score: 65 }),
      ada.scored(2, { band: 'medium', score: 40 }),
    ]
    const calmer = ada.rescored(1, {
      band: 'low',
      score: 24,
      before: { ruleSet: 'v1', score: 65, band: 'high' },
    })
    const graver = ada.rescored(1, {
      band: 'block',
      score: 90,
      before: { ruleSet: 'v2', score: 24, band: 'low' },
    })
    expect(row(...opened, calmer)).toMatchObject({ risk: 'medium', risk_score: 40 })
    expect(row(...opened, calmer, graver)).toMatchObject({ risk: 'block', risk_score: 90 })
  })

  it('counts openings by gestures, not by visits of scanners', () => {
    expect(row(invited, ada.touched(), ada.attempted(1), ada.touched())).toMatchObject({ openings: 1 })
  })

  it('adds arrivals and takes back those that were undone', () => {
    const arrived = [invited, ada.checkedIn(1, 2), ada.checkedIn(2, 1)]
    expect(row(...arrived)).toMatchObject({ arrived: 3 })
    expect(row(...arrived, ada.undone(1))).toMatchObject({ arrived: 1 })
  })

  it('leaves the list when removed and comes back when invited again', () => {
    expect(row(invited, ada.removed())).toMatchObject({ listed: false })
    expect(row(invited, ada.removed(), ada.invited())).toMatchObject({ listed: true })
  })

  it('leaves the list when forgotten, before or after a removal', () => {
    expect(row(invited, ada.forgotten())).toMatchObject({ listed: false, erased: true })
    expect(row(invited, ada.removed(), ada.forgotten())).toMatchObject({ listed: false, erased: true })
  })

  it('follows the link', () => {
    expect(row(invited, ada.linkIssued(1), ada.linkIssued(2))).toMatchObject({
      link_version: 2,
      link_revoked: false,
    })
    expect(row(invited, ada.linkIssued(1), ada.linkRevoked(1))).toMatchObject({
      link_version: 1,
      link_revoked: true,
    })
  })

  it('remembers which link an invitation brought, whatever is issued later', () => {
    const sent = [invited, ada.linkIssued(1), ada.queued(), ada.sent()]
    expect(row(...sent, ada.linkIssued(2))).toMatchObject({ invitation_link_version: 1, link_version: 2 })
    expect(row(...sent, ada.linkIssued(2), ada.queued())).toMatchObject({ invitation_link_version: 2 })
  })

  it('given facts whose key is gone, knows the guest as erased before it gets to the erasure', () => {
    const [first] = asFacts([invited])
    const erased = { ...first, personal: ERASED } as Fact
    expect(rowsOf(guests, [erased])[0]).toMatchObject({ listed: true, erased: true, name: null, search: '' })
  })

  it('never keeps the guests of two events apart by their ids alone', () => {
    const rows = rowsOf(
      guests,
      asFacts([guestSteps(0, 1).invited(), guestSteps(1, 1).invited({ name: 'Other' })]),
    )
    expect(rows.map((one) => [one['event_id'], one['guest_id']])).toEqual([
      [anEventId(0), aGuestId(1)],
      [anEventId(1), aGuestId(1)],
    ])
  })
})

describe('rsvps', () => {
  const row = (...steps: Step[]) => rowsOf(rsvps, asFacts(steps))[0]

  it('given an answer, keeps what the guest wrote', () => {
    expect(row(ada.answered('confirmed', 2, { plusOneNames: ['Eve'], note: 'no nuts' }))).toMatchObject({
      answer: 'attending',
      status: 'confirmed',
      party_size: 2,
      plus_one_names: ['Eve'],
      note: 'no nuts',
      waiting_since: null,
    })
  })

  it('keeps the place on the waitlist of a party that becomes smaller, not of one that grows', () => {
    const waits = ada.answered('waitlisted', 3)
    expect(row(waits, ada.answered('waitlisted', 2))).toMatchObject({ waiting_since: '1' })
    expect(row(waits, ada.answered('waitlisted', 4))).toMatchObject({ waiting_since: '2' })
    expect(row(waits, ada.promoted(3))).toMatchObject({ waiting_since: null, status: 'confirmed' })
  })

  it('given a withdrawal, holds no answer any more', () => {
    expect(row(ada.answered(), ada.withdrawn())).toMatchObject({ answer: null, status: null, party_size: 0 })
  })
})
