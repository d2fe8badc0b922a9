import { describe, expect, it } from 'vitest'
import { refusalOf, UNDO_WINDOW } from '../../../src/commands/guest/check-in.ts'
import type { CheckIn, GuestCommand } from '../../../src/commands/guest/commands.ts'
import { arrivedCount } from '../../../src/commands/guest/state.ts'
import { NOW } from '../../support/decider-spec.ts'
import { checkIn, forgottenGuest, guest, invite, removedGuest, stateOf } from './scenario.ts'

const admitted = (change: Partial<CheckIn> = {}) => {
  const { checkInId, arrivalCount, gate, deviceId, nonce, scannedAt, offline } = checkIn(change)
  return {
    type: 'GuestCheckedIn',
    data: { checkInId, arrivalCount, gate, deviceId, nonce, scannedAt, offline },
  } as const
}

const refused = (
  reason: 'not_attending' | 'removed' | 'party_complete' | 'event_not_open',
  nonce = 'n1',
) => ({
  type: 'CheckInRefused' as const,
  data: { reason, gate: 'north', deviceId: 'phone-1', nonce, scannedAt: '2026-06-01T18:00:00Z' },
})

const undo = (at: number, mayUndoLate = false, checkInId = 'c1'): GuestCommand => ({
  kind: 'undo_check_in',
  checkInId,
  at,
  mayUndoLate,
})

describe('a party at the door', () => {
  it('is admitted with the number that came', () => {
    guest.when(checkIn({ arrivalCount: 3 })).then([admitted({ arrivalCount: 3 })])
    expect(arrivedCount(stateOf(guest.after([checkIn({ arrivalCount: 3 })])))).toBe(3)
  })

  it('may come one after the other until it is complete', () => {
    const two = guest.after([checkIn(), checkIn({ checkInId: 'c2', nonce: 'n2' })])
    const third = { checkInId: 'c3', nonce: 'n3' }
    two.when(checkIn(third)).then([admitted(third)])
    two
      .after([checkIn(third)])
      .when(checkIn({ checkInId: 'c4', nonce: 'n4' }))
      .then([refused('party_complete', 'n4')])
  })

  it('of more than are still expected is refused with how many are', () => {
    const refusal = guest
      .after([checkIn()])
      .when(checkIn({ nonce: 'n2', arrivalCount: 3 }))
      .refusal()
    expect(refusal).toMatchObject({
      code: 'more_than_expected',
      extras: { stillExpected: 2 },
      fields: [{ path: 'arrivalCount' }],
    })
  })

  it.each([
    ['without a seat', guest, { expected: null }, 'not_attending'],
    ['before the doors are open', guest, { doorsOpen: false }, 'event_not_open'],
    ['that was removed', removedGuest, {}, 'removed'],
    ['that was forgotten', forgottenGuest, {}, 'removed'],
    ['that was removed, before the doors are open', removedGuest, { doorsOpen: false }, 'removed'],
    ['without people', guest, { expected: 0 }, 'party_complete'],
  ] as const)('%s is turned away, which is recorded', (_, spec, change, reason) => {
    spec.when(checkIn(change)).then([refused(reason)])
    expect(refusalOf(stateOf(spec), checkIn(change))).toBe(reason)
  })

  it('that may enter has no reason against it', () => {
    expect(refusalOf(stateOf(guest), checkIn())).toBeNull()
  })

  it('that was removed and invited again is admitted', () => {
    removedGuest.after([invite()]).when(checkIn()).then([admitted()])
  })
})

describe('a scan that arrives twice', () => {
  it('counts once', () => {
    guest.after([checkIn()]).when(checkIn()).then([])
    guest
      .after([checkIn()])
      .when(checkIn({ checkInId: 'c2', offline: true }))
      .then([])
  })

  it('stays refused, also when the reason is gone meanwhile', () => {
    const turnedAway = guest.after([checkIn({ doorsOpen: false })])
    turnedAway.when(checkIn()).then([])
    expect(stateOf(turnedAway).refusals.get('n1')).toBe('event_not_open')
    turnedAway.when(checkIn({ nonce: 'n2' })).then([admitted({ nonce: 'n2' })])
  })

  it('counts once also after it was undone', () => {
    guest
      .after([checkIn(), undo(NOW)])
      .when(checkIn())
      .then([])
  })
})

describe('a scan made offline', () => {
  it.each([
    ['a complete party', guest.after([checkIn({ arrivalCount: 3 })]), {}],
    ['more than expected', guest, { arrivalCount: 9 }],
    ['a party without a seat', guest, { expected: null }],
    ['somebody removed', removedGuest, {}],
    ['a closed door', guest, { doorsOpen: false }],
  ])('is recorded whatever the rules say, because the people are inside: %s', (_, spec, change) => {
    const scan = { checkInId: 'c9', nonce: 'n9', offline: true, ...change }
    spec.when(checkIn(scan)).then([admitted(scan)])
  })

  it('of the same code at two doors admits both, and the count shows the conflict', () => {
    const both = guest.after([
      checkIn({ arrivalCount: 3, offline: true }),
      checkIn({
        checkInId: 'c2',
        nonce: 'n2',
        deviceId: 'phone-2',
        gate: 'south',
        arrivalCount: 3,
        offline: true,
      }),
    ])
    expect(arrivedCount(stateOf(both))).toBe(6)
    both.when(checkIn({ checkInId: 'c3', nonce: 'n3' })).then([refused('party_complete', 'n3')])
  })
})

describe('a check-in', () => {
  const inside = guest.after([checkIn({ arrivalCount: 2 })])
  const undone = [{ type: 'CheckInUndone', data: { checkInId: 'c1' } }] as const

  it('is undone by anybody at the door within a minute', () => {
    inside.when(undo(NOW + UNDO_WINDOW)).then(undone)
    const refusal = inside.when(undo(NOW + UNDO_WINDOW + 1)).refusal()
    expect(refusal).toMatchObject({ kind: 'conflict', code: 'undo_expired' })
  })

  it('is undone by the host at any time', () => {
    inside.when(undo(NOW + 86_400_000, true)).then(undone)
  })

  it('is undone once, also when the minute is over', () => {
    inside
      .after([undo(NOW)])
      .when(undo(NOW + 86_400_000))
      .then([])
  })

  it('that is undone makes room for the party again', () => {
    const back = inside.after([undo(NOW)])
    expect(arrivedCount(stateOf(back))).toBe(0)
    const again = { checkInId: 'c2', nonce: 'n2', arrivalCount: 3 }
    back.when(checkIn(again)).then([admitted(again)])
  })

  it('that never was is not found', () => {
    inside.when(undo(NOW, true, 'c7')).then('not_found')
  })
})
