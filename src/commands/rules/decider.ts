import type { NewRulesFact, RulesHappened } from '../../events/rules.ts'
import { defaultRuleSet, ruleSetById } from '../../scoring/rules/registry.ts'
import type { Decider } from '../decider.ts'

/** State: the id of the rule set in force. The command is the id of the one that is to be. */
export const rulesDecider: Decider<string, string, NewRulesFact, RulesHappened> = {
  initialState: () => defaultRuleSet.id,
  evolve: (_active, fact) => fact.data.ruleSet,
  /** @throws DomainError `unknown_rule_set` */
  decide(wanted, active) {
    const { id } = ruleSetById(wanted)
    return id === active ? [] : [{ type: 'RulesActivated', data: { ruleSet: id } }]
  },
}
