import { describe, expect, it } from 'vitest'
import {
  answered,
  attend,
  capacity,
  capacitySet,
  decline,
  maybe,
  promoted,
  seats,
  unlimited,
  withdraw,
  withdrawn,
} from './scenario.ts'

describe('seats', () => {
  it('go to those who answer first, and the others wait', () => {
    const two = seats(3).after([attend('a', 2)])
    two.when(attend('b', 2)).then([answered('b', 2, 'waitlisted')])
    two.when(attend('b', 1)).then([answered('b', 1, 'confirmed')])
  })

  it('are not given to a small party while a larger one waits', () => {
    seats(3)
      .after([attend('a', 2), attend('b', 2)])
      .when(attend('c'))
      .then([answered('c', 1, 'waitlisted')])
  })

  it('that become free go to the waitlist strictly in its order', () => {
    const full = seats(4).after([attend('a', 2), attend('b', 2), attend('c', 3), attend('d'), attend('e')])
    full.when(decline('a')).then([answered('a', 0, 'declined')])
    full
      .after([decline('a')])
      .when(decline('b'))
      .then([answered('b', 0, 'declined'), promoted('c', 3), promoted('d', 1)])
    expect(full.after([decline('a'), decline('b')]).state.waitlist).toEqual(['e'])
  })

  it.each([
    ['declines', decline('a'), answered('a', 0, 'declined')],
    ['is not sure any more', maybe('a', 2), answered('a', 2, 'maybe')],
    ['comes with fewer', attend('a', 1), answered('a', 1, 'confirmed')],
    ['leaves the list', withdraw('a'), withdrawn('a')],
  ] as const)('of a guest who %s go to who waits', (_, command, fact) => {
    seats(2)
      .after([attend('a', 2), attend('b')])
      .when(command)
      .then([fact, promoted('b', 1)])
  })

  it('are kept by a party that grows when there are enough', () => {
    seats(4)
      .after([attend('a', 2)])
      .when(attend('a', 4))
      .then([answered('a', 4, 'confirmed')])
  })

  it('are kept by a party that cannot grow, which is refused', () => {
    const refusal = seats(3)
      .after([attend('a', 2)])
      .when(attend('a', 4))
      .refusal()
    expect(refusal).toMatchObject({ code: 'party_does_not_fit', extras: { confirmed: 2, seatsLeft: 1 } })
    const waited = seats(3).after([attend('a', 2), attend('b', 2)])
    const behind = waited.when(attend('a', 3)).refusal()
    expect(behind.extras).toEqual({ confirmed: 2, seatsLeft: 0 })
    expect(behind.message).toBe('Others wait for the seats that are left; your 2 stay confirmed.')
  })
})

describe('the capacity', () => {
  it('is set once', () => {
    unlimited.when(capacity(5)).then([capacitySet(5)])
    seats(5).when(capacity(5)).then([])
    unlimited.when(capacity(null)).then([])
  })

  it('cannot be less than the people confirmed', () => {
    const taken = seats(5).after([attend('a', 3)])
    expect(taken.when(capacity(2)).refusal()).toMatchObject({
      code: 'capacity_below_confirmed',
      fields: [{ path: 'maxCapacity' }],
    })
    taken.when(capacity(3)).then([capacitySet(3)])
  })

  it('that grows lets in who waits, in order', () => {
    const waiting = seats(1).after([attend('a'), attend('b', 2), attend('c', 2), attend('d')])
    waiting.when(capacity(4)).then([capacitySet(4), promoted('b', 2)])
    waiting
      .when(capacity(null))
      .then([capacitySet(null), promoted('b', 2), promoted('c', 2), promoted('d', 1)])
  })

  it('may be none at all', () => {
    seats(0)
      .when(attend('a'))
      .then([answered('a', 1, 'waitlisted')])
    seats(0)
      .when(decline('a'))
      .then([answered('a', 0, 'declined')])
  })
})

describe('a guest who leaves the list', () => {
  it('without an answer leaves nothing behind', () => {
    unlimited.when(withdraw('a')).then([])
  })

  it('is not known any more', () => {
    const { state } = seats(2).after([attend('a', 2), withdraw('a')])
    expect(state.seats.has('a')).toBe(false)
    expect(state.confirmed).toBe(0)
    seats(2)
      .after([attend('a', 2), withdraw('a')])
      .when(withdraw('a'))
      .then([])
  })
})

describe('facts whose personal part was erased', () => {
  it('still count their seats', () => {
    const { state } = unlimited.events({ ...answered('a', 2, 'confirmed'), personal: 'erased' })
    expect(state.confirmed).toBe(2)
    expect(state.seats.get('a')).toMatchObject({ plusOneNames: [], note: null })
  })

  it('of a promotion for somebody unknown change nothing', () => {
    expect(unlimited.events(promoted('z', 2)).state).toEqual(unlimited.state)
  })
})
