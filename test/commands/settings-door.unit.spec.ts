import { describe, expect, it } from 'vitest'
import { settingsDecider, type SettingsCommand } from '../../src/commands/settings/decider.ts'
import { liveTicketOf, MAX_LIVE_TICKETS, passValidUntil } from '../../src/commands/settings/door.ts'
import { endOfDay } from '../../src/commands/settings/local-day.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/time.ts'
import { given, NOW } from '../support/decider-spec.ts'

const nothing = given(settingsDecider)
const details = {
  name: 'Party',
  slug: 'party',
  // The day after `NOW`, at nine in the evening in Paris.
  eventDate: '2026-06-02T19:00:00Z',
  timezone: 'Europe/Paris',
  venue: null,
}
const event = nothing.after([{ kind: 'create', ownerId: 'HOST1', ...details }])

const issue = (
  change: Partial<Extract<SettingsCommand, { kind: 'issue_ticket' }>> = {},
): SettingsCommand => ({
  kind: 'issue_ticket',
  ticketId: 't1',
  gate: 'north',
  expiresAt: null,
  reuse: false,
  at: NOW,
  ...change,
})

const issued = (expiresAt: string, ticketId = 't1') =>
  ({ type: 'ScannerTicketIssued', data: { ticketId, gate: 'north', expiresAt } }) as const

/** Six in the morning after the day of the event, in Paris. */
const USUAL = '2026-06-03T04:00:00.000Z'

describe('a scanner ticket', () => {
  it('ends six hours after the day of the event, there', () => {
    event.when(issue()).then([issued(USUAL)])
    event
      .after([{ kind: 'change_details', changes: { timezone: 'Pacific/Auckland' }, ifChanges: null }])
      .when(issue())
      .then([issued('2026-06-03T18:00:00.000Z')])
  })

  it('is good for a night when it is made late', () => {
    const at = Date.parse('2026-06-03T03:00:00Z')
    event.when(issue({ at })).then([issued('2026-06-03T15:00:00.000Z')])
  })

  it('ends when the host says, within bounds', () => {
    const end = (expiresAt: number) => event.when(issue({ expiresAt }))
    end(NOW + MINUTE).then([issued('2026-06-01T18:01:00.000Z')])
    end(NOW).then('bad_expiry')
    end(Date.parse(USUAL) + 3 * DAY).then([issued('2026-06-06T04:00:00.000Z')])
    end(Date.parse(USUAL) + 3 * DAY + 1).then('bad_expiry')
  })

  it('is reused while one of its gate is good, the one that is good for longest', () => {
    const two = event.after([issue({ expiresAt: NOW + HOUR }), issue({ ticketId: 't2' })])
    two.when(issue({ ticketId: 't3', reuse: true })).then([])
    const { state } = two
    if (state.kind === 'missing') throw new Error('there is no event')
    expect(liveTicketOf(state, 'north', NOW)?.ticketId).toBe('t2')
    expect(liveTicketOf(state, 'south', NOW)).toBeNull()
    expect(liveTicketOf(state, 'north', Date.parse(USUAL))).toBeNull()
    two
      .after([
        { kind: 'revoke_ticket', ticketId: 't1' },
        { kind: 'revoke_ticket', ticketId: 't2' },
      ])
      .when(issue({ ticketId: 't3', reuse: true }))
      .then([issued(USUAL, 't3')])
  })

  it('is revoked once, also when the event is archived, and is not issued then', () => {
    const revoke = { kind: 'revoke_ticket', ticketId: 't1' } as const
    event.when(revoke).then('not_found')
    const archived = event.after([issue(), { kind: 'archive' }])
    archived.when(revoke).then([{ type: 'ScannerTicketRevoked', data: { ticketId: 't1' } }])
    archived.after([revoke]).when(revoke).then([])
    archived.when(issue({ ticketId: 't2' })).then('event_archived')
  })

  it('is one of so many that are good', () => {
    const tickets = Array.from({ length: MAX_LIVE_TICKETS }, (_, n) => issue({ ticketId: `t${String(n)}` }))
    const full = event.after(tickets)
    full.when(issue({ ticketId: 'x' })).then('too_many_tickets')
    full
      .after([{ kind: 'revoke_ticket', ticketId: 't7' }])
      .when(issue({ ticketId: 'x' }))
      .then([issued(USUAL, 'x')])
  })
})

describe('guests added at the door', () => {
  it('are off until the host allows them', () => {
    const allow = (allowed: boolean): SettingsCommand => ({ kind: 'configure_walk_ins', allowed })
    event.when(allow(false)).then([])
    event.when(allow(true)).then([{ type: 'WalkInsConfigured', data: { allowed: true } }])
    event
      .after([allow(true)])
      .when(allow(true))
      .then([])
  })
})

describe('the end of a day', () => {
  it.each([
    ['UTC', '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z'],
    ['UTC', '2026-06-01T23:59:59Z', '2026-06-02T00:00:00Z'],
    ['Europe/Paris', '2026-06-01T21:59:00Z', '2026-06-01T22:00:00Z'],
    ['Europe/Paris', '2026-06-01T22:00:00Z', '2026-06-02T22:00:00Z'],
    ['America/New_York', '2026-06-01T18:00:00Z', '2026-06-02T04:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01T18:00:00Z', '2026-06-01T18:15:00Z'],
    // Clocks go forward and back on these days.
    ['Europe/Paris', '2026-03-29T00:30:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Paris', '2026-10-25T00:30:00Z', '2026-10-25T23:00:00Z'],
    ['Pacific/Kiritimati', '2026-06-01T09:59:00Z', '2026-06-01T10:00:00Z'],
  ])('in %s of %s is %s', (zone, at, end) => {
    expect(new Date(endOfDay(Date.parse(at), zone))).toEqual(new Date(end))
  })
})

it('a pass is good for a day after the event begins, to the full hour', () => {
  expect(new Date(passValidUntil({ eventDate: '2026-06-02T19:00:00Z' }))).toEqual(
    new Date('2026-06-03T19:00:00Z'),
  )
  expect(new Date(passValidUntil({ eventDate: '2026-06-02T19:30:00Z' }))).toEqual(
    new Date('2026-06-03T20:00:00Z'),
  )
})
