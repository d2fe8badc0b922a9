import { describe, expect, it } from 'vitest'
import { MAX_OPENINGS_PER_HOUR } from '../../../src/commands/guest/openings.ts'
import { MINUTE } from '../../../src/kernel/time.ts'
import { v1 } from '../../../src/scoring/rules/v1.ts'
import { NOW } from '../../support/decider-spec.ts'
import { guest, lagos, only, open, paris, policy, removed, scoreLate, scoring, stateOf } from './scenario.ts'

describe('an opening from a trusted network', () => {
  const trusted = open({ allowedBy: 'N1', policy: scoring(100) })

  it('is told with the entry of the list, and has no score', () => {
    const facts = guest.when(trusted).facts()
    expect(facts.map(({ type }) => type)).toEqual(['AccessAttempted', 'AccessAllowlisted'])
    expect(only(facts, 'AccessAllowlisted')).toEqual({
      type: 'AccessAllowlisted',
      data: { attemptId: 'a1', entryId: 'N1' },
      personal: { place: lagos },
    })
    const state = stateOf(guest.after([trusted]))
    expect(state.attempts.get('a1')).toMatchObject({ score: null, decision: 'allowed' })
    expect(state.risk).toBeNull()
  })

  it('waits for no score, also when its place was not known in time', () => {
    const late = open({ allowedBy: 'N1', place: 'late' })
    const facts = guest.when(late).facts()
    expect(only(facts, 'AccessAttempted').data.deferred).toBe(false)
    expect(only(facts, 'AccessAllowlisted').personal).toEqual({ place: null })
    const after = guest.after([late])
    expect(stateOf(after).pending.size).toBe(0)
    after.when(scoreLate({ policy: scoring(100) })).then([])
  })

  it('teaches the baseline device, network, place and count, as any other', () => {
    const { baseline } = stateOf(guest.after([trusted]))
    expect(baseline).toEqual(stateOf(guest.after([open()])).baseline)
    expect(baseline).toMatchObject({
      ipPrefix: '203.0.113.0/24',
      openings: 1,
      last: { city: 'Lagos', at: NOW },
    })
  })

  it('is what the next opening is compared with', () => {
    const elsewhere = open({
      attemptId: 'a2',
      at: NOW + MINUTE,
      place: paris,
      policy: policy({ ruleSet: v1 }),
    })
    const facts = guest.after([trusted]).when(elsewhere).facts()
    const codes = only(facts, 'AccessScored').data.reasons.map(({ code }) => code)
    expect(codes).toContain('geo_jump_impossible')
  })

  it('leaves the risk that other openings had, and the scores that are still to come', () => {
    const before = guest.after([
      open({ attemptId: 'b1', policy: scoring(70) }),
      open({ attemptId: 'b2', place: 'late' }),
    ])
    const state = stateOf(before.after([trusted]))
    expect(state.risk).toEqual({ band: 'high', score: 70 })
    expect([...state.pending.keys()]).toEqual(['b2'])
  })

  it('counts for the limit on openings, and needs a link that works', () => {
    const all = Array.from({ length: MAX_OPENINGS_PER_HOUR }, (_, i) =>
      open({ attemptId: `x${String(i)}`, allowedBy: 'N1' }),
    )
    guest.after(all).when(trusted).then('too_many_openings')
    guest.when(open({ allowedBy: 'N1', linkVersion: 2 })).then('link_invalid')
    guest.events(removed).when(trusted).then('link_invalid')
  })
})
