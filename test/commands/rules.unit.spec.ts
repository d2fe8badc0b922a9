import { describe, expect, it } from 'vitest'
import { rulesDecider } from '../../src/commands/rules/decider.ts'
import { defaultRuleSet, ruleSets } from '../../src/scoring/rules/registry.ts'
import { given } from '../support/decider-spec.ts'

const rules = given(rulesDecider)
const activated = (ruleSet: string) => ({ type: 'RulesActivated', data: { ruleSet } }) as const
const others = ruleSets.map(({ id }) => id).filter((id) => id !== defaultRuleSet.id)

describe('the rules of an installation', () => {
  it('are the default ones while nothing was activated', () => {
    expect(rules.state).toBe(defaultRuleSet.id)
    rules.when(defaultRuleSet.id).then([])
  })

  it('can be others, and the default ones again', () => {
    expect(others.length).toBeGreaterThan(0)
    for (const id of others) {
      rules.when(id).then([activated(id)])
      const active = rules.after([id])
      expect(active.state).toBe(id)
      active.when(id).then([])
      active.when(defaultRuleSet.id).then([activated(defaultRuleSet.id)])
    }
  })

  it.each(['v0', 'V1', '', 'v1 ', '__proto__'])('that nobody wrote, such as %j, are refused', (id) => {
    expect(rules.when(id).refusal()).toMatchObject({ kind: 'not_found', code: 'unknown_rule_set' })
  })

  it('that a newer release activated are still known by name, and can be replaced', () => {
    const newer = rules.events(activated('v99'))
    expect(newer.state).toBe('v99')
    newer.when(defaultRuleSet.id).then([activated(defaultRuleSet.id)])
  })
})
