import { describe, expect, it } from 'vitest'
import { answered, attend, decline, maybe, promoted, seats, withdraw, withdrawn } from './scenario.ts'

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
