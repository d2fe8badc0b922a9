import { describe, expect, it } from 'vitest'
import { arrivals } from '../../src/projections/arrivals.ts'
import { door } from '../../src/projections/door.ts'
import {
  aCheckInId,
  asFacts,
  aTicketId,
  doorSteps,
  eventSteps,
  guestSteps,
  type Step,
} from '../support/facts.ts'
import { rowsOf } from './fold-all.ts'

const ada = guestSteps(0, 1)
const invited = ada.invited({ name: 'Ada Lovelace' })

describe('arrivals', () => {
  const parties = (...steps: Step[]) =>
    rowsOf(arrivals, asFacts(steps), 'parties').map((one) => one['expected'])

  it('expects those with a seat, and nobody else', () => {
    expect(parties(ada.answered('confirmed', 3))).toEqual([3])
    expect(parties(ada.answered('waitlisted', 3))).toEqual([0])
    expect(parties(ada.answered('waitlisted', 3), ada.promoted(3))).toEqual([3])
    expect(parties(ada.answered('confirmed', 3), ada.answered('declined'))).toEqual([0])
    expect(parties(ada.answered('confirmed', 3), ada.withdrawn())).toEqual([0])
  })

  it('marks a check-in that was undone, and makes none of an undo that it knows nothing about', () => {
    const checkIns = (...steps: Step[]) => rowsOf(arrivals, asFacts(steps), 'check_ins')
    expect(checkIns(ada.checkedIn(1, 2), ada.undone(1))).toEqual([
      expect.objectContaining({ arrival_count: 2, undone: true }),
    ])
    expect(checkIns(ada.undone(1))).toEqual([])
  })

  it('dates an offline scan by its device, and never ahead of us or days before', () => {
    const cameAt = (scannedAt: string, offline = true) =>
      rowsOf(arrivals, asFacts([ada.checkedIn(1, 1, 'North', { scannedAt, offline })]), 'check_ins')[0]?.[
        'came_at'
      ]
    // The first fact of a history is recorded at ten.
    expect(cameAt('2026-06-01T09:15:00Z')).toBe('2026-06-01T09:15:00.000Z')
    expect(cameAt('2026-06-01T11:00:00Z')).toBe('2026-06-01T10:00:00.000Z')
    expect(cameAt('1970-01-01T00:00:00Z')).toBe('2026-05-29T10:00:00.000Z')
    expect(cameAt('2026-06-01T09:15:00Z', false)).toBe('2026-06-01T10:00:00.000Z')
  })

  it('keeps the time of a device in a form that the database takes, whatever its clock said', () => {
    const scannedAt = (said: string) =>
      rowsOf(arrivals, asFacts([ada.checkedIn(1, 1, 'North', { scannedAt: said })]), 'check_ins')[0]?.[
        'scanned_at'
      ]
    expect(scannedAt('2026-06-01T09:15:00Z')).toBe('2026-06-01T09:15:00.000Z')
    // PostgreSQL has no year 0, and reads no text of more than 128 characters as a time.
    expect(scannedAt('0000-01-01T00:00:00Z')).toBe('1970-01-01T00:00:00.000Z')
    expect(scannedAt(`2026-06-01T09:15:00.${'9'.repeat(200)}Z`)).toBe('2026-06-01T09:15:00.999Z')
    expect(scannedAt('9999-12-31T23:59:59Z')).toBe('9999-12-31T23:59:59.000Z')
  })

  it('counts an arrival again when the one it was counted with is undone', () => {
    const counted = (...steps: Step[]) =>
      rowsOf(arrivals, asFacts(steps), 'check_ins').map((one) => one['counted'])
    const both = [ada.checkedIn(1, 2), ada.checkedIn(2, 2, 'South', { counted: 0 })]
    expect(counted(...both)).toEqual([2, 0])
    expect(counted(...both, ada.undone(1, [{ checkInId: aCheckInId(2), counted: 2 }]))).toEqual([2, 2])
  })

  it.each([
    ['admitted_twice', 2, 1, true],
    ['admitted_twice', 2, 2, true],
    ['more_than_expected', 3, 1, true],
    ['more_than_expected', 1, 1, false],
    ['not_admissible', 2, 1, false],
    ['not_admissible', 2, 2, true],
  ] as const)(
    'has a conflict %s of %i expected be settled by undoing %i: %s',
    (kind, expected, undone, resolved) => {
      const involved = (n: number) => ({
        checkInId: aCheckInId(n),
        gate: 'North',
        deviceId: 'door-1',
        scannedAt: '2026-06-01T09:00:00Z',
        count: 2,
      })
      const conflicted = ada.conflicted({
        checkInId: aCheckInId(2),
        kind,
        expected,
        arrivals: [involved(1), involved(2)],
      })
      const row = (...steps: Step[]) => rowsOf(arrivals, asFacts(steps), 'conflicts')[0]
      expect(row(conflicted)).toMatchObject({ resolved: false })
      expect(row(conflicted, ada.undone(undone))).toMatchObject({ resolved })
    },
  )
})

describe('the door', () => {
  const guest = (...steps: Step[]) => rowsOf(door, asFacts(steps), 'guests')[0]

  it('knows of a guest what a device has to know', () => {
    const all = [
      invited,
      ada.linkIssued(1),
      ada.answered('confirmed', 2, { plusOneNames: ['Eve'] }),
      ada.scored(1, { band: 'high', score: 65 }),
      ada.checkedIn(1, 1, 'North'),
    ]
    expect(guest(...all)).toMatchObject({
      listed: true,
      name: 'Ada Lovelace',
      search: 'ada lovelace',
      pass_version: 1,
      pass_revoked: false,
      expected: 2,
      companions: ['Eve'],
      risk: 'high',
      arrived: 1,
      arrivals: [{ id: aCheckInId(1), gate: 'North', deviceId: 'door-1', count: 1, counted: 1 }],
      told_at: '5',
    })
    expect(guest(...all, ada.undone(1))).toMatchObject({ arrived: 0, arrivals: [] })
    expect(guest(...all, ada.linkRevoked(1))).toMatchObject({ pass_revoked: true })
    expect(guest(...all, ada.withdrawn())).toMatchObject({ expected: null, companions: [] })
    expect(guest(...all, ada.removed())).toMatchObject({ listed: false })
    expect(guest(...all, ada.forgotten())).toMatchObject({ listed: false, name: null })
    expect(
      guest(
        ...all,
        ada.rescored(1, { band: 'low', score: 3, before: { ruleSet: 'v1', band: 'high', score: 65 } }),
      ),
    ).toMatchObject({ risk: 'low' })
    const opened = [invited, ada.scored(1, { band: 'high', score: 19 })]
    expect(guest(...opened, ada.verdict(1))).toMatchObject({ risk: null })
    expect(guest(...opened, ada.verdict(1), ada.verdictWithdrawn(1))).toMatchObject({ risk: 'high' })
    expect(guest(...opened, ada.codePassed(1))).toMatchObject({ risk: null })
    const known = ada.scored(2, { band: 'block', score: 90, vouched: true })
    expect(guest(...opened, ada.verdict(1), known)).toMatchObject({ risk: null })
  })

  it('tells devices of an opening only when it changes the risk', () => {
    const calm = [invited, ada.scored(1, { band: 'low', score: 3 })]
    expect(guest(...calm)).toMatchObject({ risk: 'low', told_at: '2' })
    const again = [
      ...calm,
      ada.scored(2, { band: 'low', score: 7 }),
      ada.scored(3, { band: 'low', score: 7 }),
    ]
    expect(guest(...again)).toMatchObject({ scores: { 'low 3': 1, 'low 7': 2 }, told_at: '2' })
    const graver = [...again, ada.scored(4, { band: 'high', score: 65 })]
    expect(guest(...graver)).toMatchObject({ risk: 'high', told_at: '5' })
  })

  it('gives a guest one place in what devices are told, whether the answer comes before a verdict or late', () => {
    const [answer, verdict] = asFacts([ada.answered('declined'), ada.verdict(1, 'suspicious')])
    if (answer === undefined || verdict === undefined) throw new Error('there are two facts')
    expect(rowsOf(door, [verdict, answer])).toEqual(rowsOf(door, [answer, verdict]))
  })

  it('has every ticket and every device that used it', () => {
    const { ticketIssued, ticketRevoked } = eventSteps()
    const { deviceSeen } = doorSteps()
    const facts = asFacts([
      ticketIssued(1),
      deviceSeen('a', 1),
      deviceSeen('b', 1),
      deviceSeen('a', 1),
      ticketRevoked(1),
    ])
    expect(rowsOf(door, facts, 'tickets')).toMatchObject([
      { ticket_id: aTicketId(1), revoked_at: '2026-06-01T10:00:04.000Z' },
    ])
    expect(rowsOf(door, facts, 'devices')).toMatchObject([
      { device_id: 'a', first_seen_at: '2026-06-01T10:00:01.000Z', last_seen_at: '2026-06-01T10:00:03.000Z' },
      { device_id: 'b', first_seen_at: '2026-06-01T10:00:02.000Z', last_seen_at: '2026-06-01T10:00:02.000Z' },
    ])
  })
})
