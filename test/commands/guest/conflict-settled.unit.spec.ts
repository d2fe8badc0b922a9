import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../src/commands/guest/commands.ts'
import { arrivedCount } from '../../../src/commands/guest/state.ts'
import { NOW } from '../../support/decider-spec.ts'
import { undo } from './arrivals.ts'
import { checkIn, forgotten, guest, stateOf } from './scenario.ts'

const settle = (checkInId: string): GuestCommand => ({ kind: 'settle_conflict', checkInId })
const reopen = (checkInId: string): GuestCommand => ({ kind: 'reopen_conflict', checkInId })
const settled = { type: 'CheckInConflictSettled', data: { checkInId: 'c2', how: 'left_as_is' } } as const
const reopened = { type: 'CheckInConflictReopened', data: { checkInId: 'c2' } } as const

/** By another device, which did not know of the first. */
const second = checkIn({
  ...{ checkInId: 'c2', nonce: 'n2', deviceId: 'phone-2', offline: true },
  ...{ arrivalCount: 3, arrivedBefore: 0 },
})
const twice = guest.after([checkIn({ arrivalCount: 3 }), second])

describe('a conflict at the door', () => {
  it('is settled by leaving it as it is, once', () => {
    twice.when(settle('c2')).then([settled])
    twice
      .after([settle('c2')])
      .when(settle('c2'))
      .then([])
  })

  it('counts nobody differently, whether it is settled or not', () => {
    for (const commands of [[settle('c2')], [settle('c2'), reopen('c2')]]) {
      expect(arrivedCount(stateOf(twice.after(commands)))).toBe(3)
    }
  })

  it('is opened again only when it was settled, and can then be settled again', () => {
    twice.when(reopen('c2')).then([])
    twice
      .after([settle('c2')])
      .when(reopen('c2'))
      .then([reopened])
    const again = twice.after([settle('c2'), reopen('c2')])
    again.when(reopen('c2')).then([])
    again.when(settle('c2')).then([settled])
  })

  it('is none that somebody has to settle once its arrival was taken back', () => {
    twice
      .after([undo(NOW, true, 'c2')])
      .when(settle('c2'))
      .then([])
  })

  it('can have its arrivals taken back after it was settled', () => {
    const left = twice.after([settle('c2'), undo(NOW, true, 'c2')])
    expect(arrivedCount(stateOf(left))).toBe(3)
    left.when(reopen('c2')).then([reopened])
  })

  it('can be settled of somebody who was forgotten since', () => {
    twice.events(forgotten).when(settle('c2')).then([settled])
  })

  it.each([
    ['an arrival without one', 'c1'],
    ['no arrival', 'c9'],
  ])('is not found at %s', (_, checkInId) => {
    twice.when(settle(checkInId)).then('not_found')
    twice.when(reopen(checkInId)).then('not_found')
  })
})
