import { describe, expect, it } from 'vitest'
import { seatsLeft } from '../../../src/commands/rsvps/state.ts'
import { answered, attend, decline, maybe, seats, unlimited } from './scenario.ts'

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
