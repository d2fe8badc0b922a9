import type { NewRulesFact, RulesHappened } from '../../events/rules.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import { defaultRuleSet, ruleSetById } from '../../scoring/rules/registry.ts'
import type { Decider } from '../decider.ts'

/** By id; a release may meet ids of a newer one. */
export interface RulesState {
  /** The rule set in force. */
  readonly active: string
  /** The one that scores along, null for none. */
  readonly shadow: string | null
}

export type RulesCommand =
  | { readonly kind: 'activate'; readonly ruleSet: string }
  | { readonly kind: 'shadow'; readonly ruleSet: string | null }

export const rulesDecider: Decider<RulesState, RulesCommand, NewRulesFact, RulesHappened> = {
  initialState: () => ({ active: defaultRuleSet.id, shadow: null }),
  evolve(state, fact) {
    switch (fact.type) {
      case 'RulesActivated':
        return { ...state, active: fact.data.ruleSet }
      case 'ShadowRulesSet':
        return { ...state, shadow: fact.data.ruleSet }
      default:
        return unreachable(fact)
    }
  },
  /** @throws DomainError `unknown_rule_set`, `rules_in_force` */
  decide(command, state) {
    switch (command.kind) {
      case 'activate':
        return activate(command.ruleSet, state)
      case 'shadow':
        return shadow(command.ruleSet, state)
      default:
        return unreachable(command)
    }
  },
}

/** A shadow that comes into force is none any more. */
function activate(wanted: string, { active, shadow }: RulesState): NewRulesFact[] {
  const { id } = ruleSetById(wanted)
  if (id === active) return []
  const activated: NewRulesFact = { type: 'RulesActivated', data: { ruleSet: id } }
  return id === shadow ? [activated, { type: 'ShadowRulesSet', data: { ruleSet: null } }] : [activated]
}

function shadow(wanted: string | null, state: RulesState): NewRulesFact[] {
  const id = wanted === null ? null : ruleSetById(wanted).id
  if (id !== null && id === state.active) {
    throw new DomainError('conflict', 'rules_in_force', `${id} scores already; a shadow is another rule set.`)
  }
  return id === state.shadow ? [] : [{ type: 'ShadowRulesSet', data: { ruleSet: id } }]
}
