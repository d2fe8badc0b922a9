import { describe, expect, it } from 'vitest'
import { rulesDecider, type RulesCommand } from '../../src/commands/rules/decider.ts'
import { defaultRuleSet, ruleSets } from '../../src/scoring/rules/registry.ts'
import { given } from '../support/decider-spec.ts'

const rules = given(rulesDecider)
const activate = (ruleSet: string): RulesCommand => ({ kind: 'activate', ruleSet })
const shadow = (ruleSet: string | null): RulesCommand => ({ kind: 'shadow', ruleSet })
const activated = (ruleSet: string) => ({ type: 'RulesActivated', data: { ruleSet } }) as const
const shadowSet = (ruleSet: string | null) => ({ type: 'ShadowRulesSet', data: { ruleSet } }) as const
const others = ruleSets.map(({ id }) => id).filter((id) => id !== defaultRuleSet.id)
const unknown = ['v0', 'V1', '', 'v1 ', '__proto__']

describe('the rules of an installation', () => {
  it('are the default ones while nothing was activated', () => {
    expect(rules.state).toEqual({ active: defaultRuleSet.id, shadow: null })
    rules.when(activate(defaultRuleSet.id)).then([])
  })

  it('can be others, and the default ones again', () => {
    expect(others.length).toBeGreaterThan(0)
    for (const id of others) {
      rules.when(activate(id)).then([activated(id)])
      const active = rules.after([activate(id)])
      expect(active.state.active).toBe(id)
      active.when(activate(id)).then([])
      active.when(activate(defaultRuleSet.id)).then([activated(defaultRuleSet.id)])
    }
  })

  it.each(unknown)('that nobody wrote, such as %j, are refused', (id) => {
    expect(rules.when(activate(id)).refusal()).toMatchObject({ kind: 'not_found', code: 'unknown_rule_set' })
  })

  it('that a newer release activated are still known by name, and can be replaced', () => {
    const newer = rules.events(activated('v99'))
    expect(newer.state.active).toBe('v99')
    newer.when(activate(defaultRuleSet.id)).then([activated(defaultRuleSet.id)])
  })
})

describe('the rules that score along', () => {
  it('are none until they are set, can be any that do not score already, and none again', () => {
    rules.when(shadow(null)).then([])
    rules.when(shadow('v2')).then([shadowSet('v2')])
    const along = rules.after([shadow('v2')])
    expect(along.state).toEqual({ active: defaultRuleSet.id, shadow: 'v2' })
    along.when(shadow('v2')).then([])
    along.when(shadow(null)).then([shadowSet(null)])
    expect(along.after([shadow(null)]).state.shadow).toBeNull()
  })

  it('are none any more once they are in force', () => {
    const along = rules.after([shadow('v2')])
    along.when(activate('v2')).then([activated('v2'), shadowSet(null)])
    expect(along.after([activate('v2')]).state).toEqual({ active: 'v2', shadow: null })
  })

  it('cannot be those in force, nor such as nobody wrote', () => {
    expect(rules.when(shadow(defaultRuleSet.id)).refusal()).toMatchObject({
      kind: 'conflict',
      code: 'rules_in_force',
    })
    for (const id of unknown) rules.when(shadow(id)).then('unknown_rule_set')
  })
})
