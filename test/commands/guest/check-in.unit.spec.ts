import { describe, expect, it } from 'vitest'
import { refusalOf, UNDO_WINDOW } from '../../../src/commands/guest/check-in.ts'
import { arrivedCount } from '../../../src/commands/guest/state.ts'
import type { NewGuestFact } from '../../../src/events/guest.ts'
import { DAY } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { admitted, refused, undo } from './arrivals.ts'
import {
  checkIn,
  forgottenGuest,
  guest,
  invite,
  linkIssued,
  linkRevoked,
  removedGuest,
  stateOf,
} from './scenario.ts'

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
    ['with a pass that was replaced', guest.events(linkIssued(2)), {}, 'pass_revoked'],
    ['with a pass whose link was revoked', guest.events(linkRevoked(1)), {}, 'pass_revoked'],
    ['with a pass that has expired', guest, { passExpired: true }, 'pass_expired'],
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
    removedGuest
      .after([invite()])
      .when(checkIn({ passVersion: 2 }))
      .then([admitted()])
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

describe('a check-in', () => {
  const inside = guest.after([checkIn({ arrivalCount: 2 })])
  const undone: NewGuestFact[] = [{ type: 'CheckInUndone', data: { checkInId: 'c1', recounted: [] } }]

  it('is undone by anybody at the door within a minute', () => {
    inside.when(undo(NOW + UNDO_WINDOW)).then(undone)
    const refusal = inside.when(undo(NOW + UNDO_WINDOW + 1)).refusal()
    expect(refusal).toMatchObject({ kind: 'conflict', code: 'undo_expired' })
  })

  it('is undone by the host at any time', () => {
    inside.when(undo(NOW + DAY, true)).then(undone)
  })

  it('is undone once, also when the minute is over', () => {
    inside
      .after([undo(NOW)])
      .when(undo(NOW + DAY))
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
