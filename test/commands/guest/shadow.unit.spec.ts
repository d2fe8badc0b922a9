import { describe, expect, it } from 'vitest'
import type { NewGuestFact } from '../../../src/events/guest.ts'
import { v1 } from '../../../src/scoring/rules/v1.ts'
import { v2 } from '../../../src/scoring/rules/v2.ts'
import type { RuleSet } from '../../../src/scoring/score.ts'
import { guest, lagos, only, open, paris, policy, ruleOf, scoreLate, scoring, stateOf } from './scenario.ts'

const strict: RuleSet = { ...ruleOf(() => 100), id: 'strict' }
const shadowed = (score: number) => scoring(score, { shadow: strict })
const typesOf = (facts: readonly NewGuestFact[]) => facts.map(({ type }) => type)

describe('rules that score along', () => {
  it('are told after the score, with what counted', () => {
    const facts = guest.when(open({ policy: shadowed(10) })).facts()
    expect(typesOf(facts)).toEqual(['AccessAttempted', 'AccessScored', 'AccessShadowScored'])
    expect(only(facts, 'AccessShadowScored')).toEqual({
      type: 'AccessShadowScored',
      data: {
        attemptId: 'a1',
        ruleSet: 'strict',
        score: 100,
        subScores: { repeated_access: 100 },
        beside: { ruleSet: 'test', score: 10 },
      },
    })
  })

  it('see the same opening and the same baseline', () => {
    const home = guest.after([open()])
    const away = open({ attemptId: 'a2', ip: '198.51.100.4', fingerprint: { a: 'b' }, place: paris })
    const alone = (ruleSet: RuleSet) =>
      only(home.when({ ...away, policy: policy({ ruleSet }) }).facts(), 'AccessScored').data
    const both = home.when({ ...away, policy: policy({ ruleSet: v1, shadow: v2 }) }).facts()
    const { score, subScores } = alone(v2)
    expect(score).toBeGreaterThan(0)
    expect(only(both, 'AccessShadowScored').data).toMatchObject({ ruleSet: 'v2', score, subScores })
    expect(only(both, 'AccessScored').data).toEqual(alone(v1))
  })

  it('change nothing: the guest goes on, and is known, as if they were not there', () => {
    const command = (shadow: RuleSet | null) => open({ policy: scoring(10, { shadow }) })
    expect(stateOf(guest.after([command(strict)]))).toEqual(stateOf(guest.after([command(null)])))
    expect(stateOf(guest.after([command(strict)])).attempts.get('a1')).toMatchObject({ decision: 'allowed' })
  })

  it('score along when a score comes late, and never where there is none', () => {
    const late = guest.after([open({ place: 'late', policy: shadowed(10) })])
    expect(typesOf(guest.when(open({ place: 'late', policy: shadowed(10) })).facts())).toEqual([
      'AccessAttempted',
    ])
    const facts = late.when(scoreLate({ place: lagos, policy: shadowed(10) })).facts()
    expect(typesOf(facts)).toEqual(['AccessScored', 'AccessShadowScored'])
    const trusted = guest.when(open({ allowedBy: 'N1', policy: shadowed(10) })).facts()
    expect(typesOf(trusted)).toEqual(['AccessAttempted', 'AccessAllowlisted'])
  })

  it('cost no fact while there are none', () => {
    expect(typesOf(guest.when(open({ policy: scoring(10) })).facts())).toEqual([
      'AccessAttempted',
      'AccessScored',
    ])
  })
})
