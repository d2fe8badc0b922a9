import { describe, expect, it } from 'vitest'
import { seatsFor } from '../../../src/commands/rsvps/state.ts'
import {
  answered,
  attend,
  capacity,
  decline,
  maybe,
  promoted,
  seat,
  seats,
  withdraw,
  withdrawn,
} from './scenario.ts'

describe('the waitlist', () => {
  const waiting = seats(2).after([attend('a', 2), attend('b', 2), attend('c', 2)])

  it('keeps the place of a party that becomes smaller', () => {
    waiting.when(attend('b', 1)).then([answered('b', 1, 'waitlisted')])
    expect(waiting.after([attend('b', 1)]).state.waitlist).toEqual(['b', 'c'])
  })

  it('puts a party that becomes larger at its end', () => {
    expect(waiting.after([attend('b', 3)]).state.waitlist).toEqual(['c', 'b'])
  })

  it('gives a seat to its first at once when it becomes small enough', () => {
    const oneFree = seats(3).after([attend('a', 2), attend('b', 2), attend('c', 1)])
    oneFree.when(attend('b', 1)).then([answered('b', 1, 'waitlisted'), promoted('b', 1)])
    expect(oneFree.after([attend('b', 1)]).state.waitlist).toEqual(['c'])
  })

  it('gives a seat to the next when its first steps back', () => {
    const oneFree = seats(3).after([attend('a', 2), attend('b', 2), attend('c', 1)])
    oneFree.when(decline('b')).then([answered('b', 0, 'declined'), promoted('c', 1)])
    oneFree.when(withdraw('b')).then([withdrawn('b'), promoted('c', 1)])
    oneFree.when(attend('b', 3)).then([answered('b', 3, 'waitlisted'), promoted('c', 1)])
  })

  it('lets its only party have the seats that fit now', () => {
    const one = seats(3).after([attend('a', 2), attend('b', 2)])
    one.when(attend('b', 1)).then([answered('b', 1, 'confirmed')])
  })

  it('never holds somebody twice', () => {
    expect(waiting.after([attend('b', 1), attend('b', 2), maybe('b'), attend('b')]).state.waitlist).toEqual([
      'c',
      'b',
    ])
  })
})

describe('a seat that the host gives', () => {
  const waiting = seats(4).after([attend('a', 2), attend('b', 3), attend('c', 2), attend('d')])

  it('goes to whom the host names, also when somebody before them does not fit', () => {
    waiting.when(seat('c')).then([promoted('c', 2)])
    waiting.when(seat('d')).then([promoted('d', 1)])
    expect(waiting.after([seat('d')]).state.waitlist).toEqual(['b', 'c'])
  })

  it('is never one too many', () => {
    expect(waiting.when(seat('b')).refusal()).toMatchObject({
      code: 'no_seats_left',
      extras: { seatsLeft: 2 },
    })
    expect(
      waiting
        .after([seat('d')])
        .when(seat('c'))
        .refusal(),
    ).toMatchObject({
      code: 'no_seats_left',
      extras: { seatsLeft: 1 },
    })
  })

  it('leaves the others where they are: the first is seated as soon as it fits', () => {
    waiting
      .after([seat('d')])
      .when(decline('a'))
      .then([answered('a', 0, 'declined'), promoted('b', 3)])
  })

  it('is the one that a party has already when it is given again', () => {
    waiting
      .after([seat('c')])
      .when(seat('c'))
      .then([])
    waiting.when(seat('a')).then([])
  })

  it('is for those who wait for one only', () => {
    const others = waiting.after([maybe('e'), decline('f')])
    for (const guestId of ['e', 'f', 'nobody']) others.when(seat(guestId)).then('not_waiting')
  })
})

describe('the seats that a guest may still have', () => {
  const waiting = seats(4).after([attend('a', 2), attend('b', 3), attend('c', 2)])

  it('are those that nobody has while nobody waits', () => {
    expect(seatsFor(seats(4).after([attend('a')]).state, 'z')).toEqual({ left: 3, promised: 0 })
    expect(seatsFor(seats(0).state, 'z')).toEqual({ left: 0, promised: 0 })
  })

  it('are without a limit without one', () => {
    expect(seatsFor(waiting.after([capacity(null)]).state, 'z')).toEqual({ left: null, promised: 0 })
  })

  it('are none while others wait before, to whom what is free is promised', () => {
    for (const guestId of ['z', 'a', 'c']) {
      expect(seatsFor(waiting.state, guestId)).toEqual({ left: 0, promised: 2 })
    }
    expect(seatsFor(seats(2).after([attend('a', 2), attend('b')]).state, 'z')).toEqual({
      left: 0,
      promised: 0,
    })
  })

  it('are what is free for the first who waits, who gets it with a smaller party', () => {
    expect(seatsFor(waiting.state, 'b')).toEqual({ left: 2, promised: 0 })
    expect(waiting.after([attend('b', 2)]).state.seats.get('b')?.status).toBe('confirmed')
  })
})
