import { describe, expect, it } from 'vitest'
import { rsvpsDecider, type RsvpsCommand } from '../../src/commands/rsvps/decider.ts'
import { seatsLeft } from '../../src/commands/rsvps/state.ts'
import { MAX_ANSWERS_PER_HOUR } from '../../src/commands/rsvps/state.ts'
import { HOUR, MINUTE } from '../../src/kernel/time.ts'
import { given, NOW } from '../support/decider-spec.ts'

type Answer = Extract<RsvpsCommand, { kind: 'answer' }>

const attend = (guestId: string, partySize = 1, change: Partial<Answer> = {}): Answer => ({
  kind: 'answer',
  guestId,
  answer: 'attending',
  partySize,
  plusOneNames: [],
  note: null,
  plusOnesAllowed: 9,
  open: true,
  at: NOW,
  ...change,
})
const decline = (guestId: string) => attend(guestId, 0, { answer: 'declined' })
const maybe = (guestId: string, partySize = 1) => attend(guestId, partySize, { answer: 'maybe' })
const capacity = (maxCapacity: number | null): RsvpsCommand => ({ kind: 'set_capacity', maxCapacity })
const withdraw = (guestId: string): RsvpsCommand => ({ kind: 'withdraw', guestId })

const answered = (
  guestId: string,
  partySize: number,
  status: 'confirmed' | 'waitlisted' | 'declined' | 'maybe',
) => ({
  type: 'RsvpAnswered' as const,
  data: {
    guestId,
    answer: status === 'declined' || status === 'maybe' ? status : ('attending' as const),
    partySize,
    status,
  },
  personal: { plusOneNames: [], note: null },
})
const promoted = (guestId: string, partySize: number) =>
  ({ type: 'RsvpPromoted', data: { guestId, partySize } }) as const
const withdrawn = (guestId: string) => ({ type: 'RsvpWithdrawn', data: { guestId } }) as const
const capacitySet = (maxCapacity: number | null) => ({ type: 'CapacitySet', data: { maxCapacity } }) as const

const unlimited = given(rsvpsDecider)
const seats = (max: number) => given(rsvpsDecider).after([capacity(max)])

describe('an answer', () => {
  it('is confirmed without a limit', () => {
    unlimited.when(attend('a', 5)).then([answered('a', 5, 'confirmed')])
    expect(seatsLeft(unlimited.state)).toBeNull()
  })

  it('keeps the names and the note apart', () => {
    unlimited
      .when(attend('a', 3, { plusOneNames: ['Bo', 'Cy'], note: 'vegan' }))
      .then([{ ...answered('a', 3, 'confirmed'), personal: { plusOneNames: ['Bo', 'Cy'], note: 'vegan' } }])
  })

  it('no takes no seat, and maybe neither', () => {
    seats(2)
      .when(decline('a'))
      .then([answered('a', 0, 'declined')])
    seats(2)
      .when(maybe('a', 2))
      .then([answered('a', 2, 'maybe')])
    expect(seatsLeft(seats(2).after([decline('a'), maybe('b', 2)]).state)).toBe(2)
  })

  it('that is the same records nothing', () => {
    const same = attend('a', 2, { plusOneNames: ['Bo'], note: 'x' })
    seats(2).after([same]).when(same).then([])
    seats(1)
      .after([attend('a'), attend('b')])
      .when(attend('b'))
      .then([])
    unlimited
      .after([decline('a')])
      .when(attend('a', 3, { answer: 'declined' }))
      .then([])
  })

  it.each([
    ['another note', attend('a', 2, { note: 'y' })],
    ['another name', attend('a', 2, { plusOneNames: ['Bo'] })],
  ])('with %s is recorded and moves nobody', (_, command) => {
    const full = seats(2).after([attend('a', 2), attend('b')])
    expect(full.when(command).facts()).toEqual([
      {
        ...answered('a', 2, 'confirmed'),
        personal: { plusOneNames: command.plusOneNames, note: command.note },
      },
    ])
  })

  it('is refused while the event takes none', () => {
    unlimited.when(attend('a', 1, { open: false })).then('event_closed')
    unlimited.when({ ...decline('a'), open: false }).then('event_closed')
  })

  it.each([
    [0, 2, /for one person/],
    [2, 4, /bring 2 at most/],
  ])('is refused with more people than %i plus ones', (plusOnesAllowed, partySize, sentence) => {
    const refusal = unlimited.when(attend('a', partySize, { plusOnesAllowed })).refusal()
    expect(refusal).toMatchObject({ code: 'too_many_plus_ones', fields: [{ path: 'partySize' }] })
    expect(refusal.message).toMatch(sentence)
    expect(unlimited.when(attend('a', partySize - 1, { plusOnesAllowed })).facts()).toHaveLength(1)
  })

  it('is refused with more names than people', () => {
    unlimited.when(attend('a', 2, { plusOneNames: ['Bo', 'Cy'] })).then('too_many_names')
  })

  it('no needs neither, whatever came along', () => {
    const command = attend('a', 9, { answer: 'declined', plusOnesAllowed: 0, plusOneNames: ['Bo'] })
    expect(unlimited.when(command).facts()).toHaveLength(1)
  })
})

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
    expect(waited.when(attend('a', 3)).refusal().extras).toEqual({ confirmed: 2, seatsLeft: 0 })
  })
})

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

describe('answers of one guest within an hour', () => {
  const notes = (count: number, at: number) =>
    Array.from({ length: count }, (_, i) => attend('a', 2, { note: `${String(at)} ${String(i)}`, at }))
  const full = seats(2)
    .after(notes(MAX_ANSWERS_PER_HOUR, NOW))
    .after([attend('b')])

  it(`are ${String(MAX_ANSWERS_PER_HOUR)} at most, and the refusal says when the next is taken`, () => {
    const at = NOW + 20 * MINUTE
    const refusal = full.when(attend('a', 2, { note: 'one more', at })).refusal()
    expect(refusal).toMatchObject({
      kind: 'too_many',
      code: 'rate_limited',
      extras: { retryAfter: (40 * MINUTE) / 1000 + 1 },
    })
    const then = at + (40 * MINUTE + 1000)
    expect(full.when(attend('a', 2, { note: 'one more', at: then })).facts()).toHaveLength(1)
  })

  it('are not used up by the same answer sent again, nor by what was refused', () => {
    const almost = seats(2).after(notes(MAX_ANSWERS_PER_HOUR - 1, NOW))
    const last = attend('a', 2, { note: 'last' })
    const again = almost.after([last, last, last])
    again.when(last).then([])
    almost.when(attend('a', 3)).then('party_does_not_fit')
    expect(almost.when(last).facts()).toHaveLength(1)
  })

  it('are forgotten as the hour passes, one by one', () => {
    const spread = seats(2)
      .after(notes(1, NOW))
      .after(notes(MAX_ANSWERS_PER_HOUR - 1, NOW + 30 * MINUTE), NOW + 30 * MINUTE)
    const next = attend('a', 2, { note: 'next', at: NOW + HOUR + 1 })
    spread
      .after([next], NOW + HOUR + 1)
      .when(attend('a', 2, { note: 'more', at: NOW + HOUR + 2 }))
      .then('rate_limited')
  })

  it('limit nobody else, and no seat that is given back or out', () => {
    full.when(attend('b', 1, { note: 'still here' })).facts()
    full.when(withdraw('a')).then([withdrawn('a'), promoted('b', 1)])
    full.when(capacity(3)).then([capacitySet(3), promoted('b', 1)])
  })
})
