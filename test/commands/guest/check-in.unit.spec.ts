import { describe, expect, it } from 'vitest'
import { MAX_REFUSALS_PER_HOUR, refusalOf, UNDO_WINDOW } from '../../../src/commands/guest/check-in.ts'
import type { CheckIn, GuestCommand, Scan } from '../../../src/commands/guest/commands.ts'
import { arrivedCount, type Refusal } from '../../../src/commands/guest/state.ts'
import type { NewGuestFact } from '../../../src/events/guest.ts'
import { HOUR } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import {
  checkIn,
  forgottenGuest,
  guest,
  invite,
  linkIssued,
  linkRevoked,
  removedGuest,
  scan,
  stateOf,
} from './scenario.ts'

/** @param counted of them, when not all are */
const admitted = (change: Partial<CheckIn & Scan> = {}, counted?: number) => {
  const { checkInId, arrivalCount, via, scan } = checkIn(change)
  return {
    type: 'GuestCheckedIn',
    data: { checkInId, arrivalCount, counted: counted ?? arrivalCount, via, ...scan },
  } as const
}

const refused = (reason: Refusal, nonce = 'n1') => ({
  type: 'CheckInRefused' as const,
  data: { reason, ...scan, nonce },
})

/** Of an arrival in a conflict. */
const involved = (change: Partial<CheckIn & Scan>) => {
  const {
    checkInId,
    arrivalCount: count,
    scan: { gate, deviceId, scannedAt },
  } = checkIn(change)
  return { checkInId, gate, deviceId, scannedAt, count }
}

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
    both.when({ kind: 'undo_check_in', checkInId: 'c1', at: NOW, mayUndoLate: true }).then([
      {
        type: 'CheckInUndone',
        data: { checkInId: 'c1', recounted: [{ checkInId: 'c2', counted: 3 }] },
      },
    ])
    const left = both.after([{ kind: 'undo_check_in', checkInId: 'c1', at: NOW, mayUndoLate: true }])
    expect(arrivedCount(stateOf(left))).toBe(3)
  })

  it('leaves no room for a third', () => {
    both.when(checkIn({ checkInId: 'c3', nonce: 'n3' })).then([refused('party_complete', 'n3')])
  })
})

describe('a refusal', () => {
  it('is found out for a scan that was only looked at, and not recorded for one that may enter', () => {
    const { expected, doorsOpen, passVersion, passExpired, at } = checkIn()
    const look = { kind: 'refuse_scan', expected, doorsOpen, passVersion, passExpired, at, scan } as const
    guest.when({ ...look, said: null }).then([])
    guest.when({ ...look, said: null, expected: null }).then([refused('not_attending')])
    guest.when({ ...look, said: 'pass_revoked' }).then([refused('pass_revoked')])
    guest
      .after([{ ...look, said: 'pass_revoked' }])
      .when({ ...look, said: 'pass_revoked' })
      .then([])
  })

  it('is recorded so often in an hour, and after that only given', () => {
    const tries = Array.from({ length: MAX_REFUSALS_PER_HOUR }, (_, n) =>
      checkIn({ expected: null, nonce: `n${String(n)}`, at: NOW + n }),
    )
    const many = guest.after(tries)
    many.when(checkIn({ expected: null, nonce: 'x', at: NOW + HOUR - 1 })).then([])
    many.when(checkIn({ expected: null, nonce: 'x', at: NOW + HOUR })).then([refused('not_attending', 'x')])
  })

  it('by staff is recorded once, and a note only while there is somebody to seal it for', () => {
    const away = { kind: 'turn_away', reason: 'wrong_person', note: 'A beard.', scan, at: NOW } as const
    const recorded = {
      type: 'GuestTurnedAway',
      data: { reason: 'wrong_person', ...scan },
      personal: { note: 'A beard.' },
    } as const
    guest.when(away).then([recorded])
    guest.after([away]).when(away).then([])
    forgottenGuest.when(away).then('not_found')
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
