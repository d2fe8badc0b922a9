import { describe, expect, it } from 'vitest'
import { arrivedCount } from '../../../src/commands/guest/state.ts'
import { NOW } from '../../support/decider-spec.ts'
import { admitted, undo } from './arrivals.ts'
import { checkIn, guest, stateOf } from './scenario.ts'

const expected = 4
const z = checkIn({ checkInId: 'z', nonce: 'n-z', arrivalCount: 2, expected })
/** By another device, without a network: taken for the people of `z`. */
const y = checkIn({
  ...{ checkInId: 'y', nonce: 'n-y', deviceId: 'phone-2', offline: true },
  ...{ arrivalCount: 2, arrivedBefore: 0, expected },
})
const x = { checkInId: 'x', nonce: 'n-x', arrivalCount: 2, expected } as const

describe('an arrival that is undone', () => {
  const all = guest.after([z, y, checkIn(x)])

  it('gives its people to nobody who had come before it', () => {
    all.when(undo(NOW, true, 'x')).then([{ type: 'CheckInUndone', data: { checkInId: 'x', recounted: [] } }])
    const left = all.after([undo(NOW, true, 'x')])
    expect(arrivedCount(stateOf(left))).toBe(2)
    const again = { ...x, checkInId: 'w', nonce: 'n-w' }
    left.when(checkIn(again)).then([admitted(again)])
  })

  it('gives its people to those who were taken for them', () => {
    all
      .when(undo(NOW, true, 'z'))
      .then([
        { type: 'CheckInUndone', data: { checkInId: 'z', recounted: [{ checkInId: 'y', counted: 2 }] } },
      ])
    expect(arrivedCount(stateOf(all.after([undo(NOW, true, 'z')])))).toBe(4)
  })
})
