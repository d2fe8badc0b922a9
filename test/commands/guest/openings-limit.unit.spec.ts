import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../src/commands/guest/commands.ts'
import { guestDecider } from '../../../src/commands/guest/decider.ts'
import { MAX_OPENINGS_PER_HOUR } from '../../../src/commands/guest/openings.ts'
import type { GuestState } from '../../../src/commands/guest/state.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { guest, open, stateOf } from './scenario.ts'

describe('openings of one link within an hour', () => {
  const openings = (count: number, at: number): GuestCommand[] =>
    Array.from({ length: count }, (_, i) => open({ attemptId: `x${String(i)}`, at }))

  it(`are ${String(MAX_OPENINGS_PER_HOUR)} at most`, () => {
    const almost = guest.after(openings(MAX_OPENINGS_PER_HOUR - 1, NOW))
    expect(almost.when(open()).facts()).toHaveLength(2)
    const refusal = almost
      .after([open()])
      .when(open({ attemptId: 'a2' }))
      .refusal()
    expect(refusal).toMatchObject({ kind: 'too_many', code: 'too_many_openings' })
  })

  it('count unscored ones, so that skipping the score does not get round the limit', () => {
    const unscored = Array.from({ length: MAX_OPENINGS_PER_HOUR }, (_, i) =>
      open({ attemptId: `x${String(i)}`, place: 'late' }),
    )
    guest.after(unscored).when(open()).then('too_many_openings')
  })

  it('do not count for a new link: whoever hammered the old one does not lock out the guest', () => {
    const renewed = guest.after(openings(MAX_OPENINGS_PER_HOUR, NOW)).after([{ kind: 'issue_link' }])
    expect(renewed.when(open({ linkVersion: 2 })).facts()).toHaveLength(2)
  })

  it('are forgotten as the hour passes, one by one', () => {
    const full = guest
      .after(openings(1, NOW))
      .after(openings(MAX_OPENINGS_PER_HOUR - 1, NOW), NOW + 30 * MINUTE)
    full.when(open({ at: NOW + HOUR })).then('too_many_openings')
    const next = open({ at: NOW + HOUR + 1 })
    expect(full.when(next).facts()).toHaveLength(2)
    full
      .after([next], NOW + HOUR + 1)
      .when(open({ at: NOW + HOUR + 2 }))
      .then('too_many_openings')
  })
})

describe('a link that leaked and is opened as often as the limit lets it', () => {
  it('keeps every opening, and no fact copies those before it', () => {
    const count = 20 * MAX_OPENINGS_PER_HOUR
    const before = stateOf(guest)
    let state: GuestState = before
    for (let i = 0; i < count; i++) {
      const at = NOW + i * 61 * SECOND
      for (const fact of guestDecider.decide(open({ attemptId: `x${String(i)}`, at }), state)) {
        state = guestDecider.evolve(state, { ...fact, at })
      }
    }
    if (state.kind === 'missing') throw new Error('there is no guest')
    expect(state.attempts).toBe(before.attempts)
    expect(state.pending).toBe(before.pending)
    expect([state.attempts.size, state.pending.size]).toEqual([count, 0])
    expect(state.recentOpenings).toHaveLength(MAX_OPENINGS_PER_HOUR)
  })
})
