import { DomainError } from '../../kernel/errors.ts'
import type { RuleSet } from '../score.ts'
import { v1 } from './v1.ts'
import { v2 } from './v2.ts'

/** Every rule set that was ever used stays here: old scores name it, and replays and shadows need it. */
export const ruleSets: readonly RuleSet[] = [v1, v2]

/** The rules in force while no fact says otherwise. */
export const defaultRuleSet: RuleSet = v1

/**
 * @param id as a score or the active rules name it
 * @throws DomainError `unknown_rule_set` (not_found)
 */
export function ruleSetById(id: string): RuleSet {
  const found = ruleSets.find((ruleSet) => ruleSet.id === id)
  if (found !== undefined) return found
  const known = ruleSets.map((ruleSet) => ruleSet.id).join(', ')
  throw new DomainError('not_found', 'unknown_rule_set', `There is no rule set "${id}"; known: ${known}.`)
}
