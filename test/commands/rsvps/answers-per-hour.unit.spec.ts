import { describe, expect, it } from 'vitest'
import { MAX_ANSWERS_PER_HOUR } from '../../../src/commands/rsvps/state.ts'
import { HOUR, MINUTE } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { attend, capacity, capacitySet, promoted, seats, withdraw, withdrawn } from './scenario.ts'

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
