import { describe, expect, it } from 'vitest'
import { arrivedCount } from '../../../src/commands/guest/state.ts'
import { NOW } from '../../support/decider-spec.ts'
import { admitted, involved, refused, undo } from './arrivals.ts'
import { checkIn, guest, linkIssued, removedGuest, stateOf } from './scenario.ts'

describe('a scan made offline', () => {
  const offline = { checkInId: 'c9', nonce: 'n9', deviceId: 'phone-9', offline: true } as const

  it('of a party that may enter is an arrival as any other', () => {
    guest.when(checkIn(offline)).then([admitted(offline)])
  })

  it.each([
    ['a party without a seat', guest, { expected: null }, 'not_attending'],
    ['somebody removed', removedGuest, {}, 'removed'],
    ['a pass that was replaced', guest.events(linkIssued(2)), {}, 'pass_revoked'],
    ['a pass that had expired', guest, { passExpired: true }, 'pass_expired'],
    ['a closed door', guest, { doorsOpen: false }, 'event_not_open'],
  ] as const)(
    'is recorded whatever the rules say, because they are inside, and the host is told: %s',
    (_, spec, change, refusal) => {
      const scanned = { ...offline, ...change }
      const { expected } = checkIn(scanned)
      spec.when(checkIn(scanned)).then([
        admitted(scanned),
        {
          type: 'CheckInConflicted',
          data: {
            checkInId: 'c9',
            kind: 'not_admissible',
            refusal,
            expected: expected ?? 0,
            arrivals: [involved(scanned)],
          },
        },
      ])
    },
  )

  it('of more than expected counts everybody, and the host is told', () => {
    const many = { ...offline, arrivalCount: 9 }
    guest.when(checkIn(many)).then([
      admitted(many),
      {
        type: 'CheckInConflicted',
        data: {
          checkInId: 'c9',
          kind: 'more_than_expected',
          refusal: null,
          expected: 3,
          arrivals: [involved(many)],
        },
      },
    ])
  })

  it('of a scan that was refused online before is recorded: they were let in all the same', () => {
    guest
      .after([checkIn({ nonce: 'n9', doorsOpen: false })])
      .when(checkIn(offline))
      .then([admitted(offline)])
  })

  it('later for the rest of the party is no conflict when the device knew who was inside', () => {
    const first = { arrivalCount: 2, offline: true } as const
    const rest = { ...offline, arrivedBefore: 2 }
    guest
      .after([checkIn(first)])
      .when(checkIn(rest))
      .then([admitted(rest)])
    const same = { ...offline, deviceId: 'phone-1' }
    guest
      .after([checkIn(first)])
      .when(checkIn(same))
      .then([admitted(same)])
  })
})

describe('one pass at two gates that do not know of each other', () => {
  const north = { offline: true, arrivalCount: 3 } as const
  const south = {
    checkInId: 'c2',
    nonce: 'n2',
    deviceId: 'phone-2',
    gate: 'south',
    scannedAt: '2026-06-01T18:02:00Z',
    offline: true,
    arrivalCount: 3,
  } as const
  const both = guest.after([checkIn(north), checkIn(south)])

  it('stays two arrivals, counts once, and names both gates and times', () => {
    guest
      .after([checkIn(north)])
      .when(checkIn(south))
      .then([
        admitted(south, 0),
        {
          type: 'CheckInConflicted',
          data: {
            checkInId: 'c2',
            kind: 'admitted_twice',
            refusal: null,
            expected: 3,
            arrivals: [involved(north), involved(south)],
          },
        },
      ])
    expect(arrivedCount(stateOf(both))).toBe(3)
    expect(stateOf(both).arrivals.map(({ conflict }) => conflict)).toEqual([null, 'admitted_twice'])
  })

  it('counts the larger number when each let in a part, and never more than are expected', () => {
    const counts = (first: number, second: number, expected: number) => {
      const one = checkIn({ ...north, arrivalCount: first, expected })
      const other = checkIn({ ...south, arrivalCount: second, expected })
      return arrivedCount(stateOf(guest.after([one, other])))
    }
    expect(counts(1, 1, 3)).toBe(1)
    expect(counts(1, 2, 3)).toBe(2)
    expect(counts(2, 1, 3)).toBe(2)
    expect(counts(1, 9, 3)).toBe(3)
  })

  it('counts the second once the first is undone', () => {
    both.when(undo(NOW, true)).then([
      {
        type: 'CheckInUndone',
        data: { checkInId: 'c1', recounted: [{ checkInId: 'c2', counted: 3 }] },
      },
    ])
    const left = both.after([undo(NOW, true)])
    expect(arrivedCount(stateOf(left))).toBe(3)
  })

  it('leaves no room for a third', () => {
    both.when(checkIn({ checkInId: 'c3', nonce: 'n3' })).then([refused('party_complete', 'n3')])
  })
})
