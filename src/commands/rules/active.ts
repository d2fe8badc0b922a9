import { rulesStream } from '../../events/streams.ts'
import type { Clock } from '../../kernel/time.ts'
import { defaultRuleSet, ruleSets } from '../../scoring/rules/registry.ts'
import type { RuleSet } from '../../scoring/score.ts'
import type { CommandHandler } from '../handle.ts'
import { lookedUp } from '../looked-up.ts'
import { rulesDecider, type RulesState } from './decider.ts'

/** What openings are scored by. */
export interface RulesInForce {
  readonly ruleSet: RuleSet
  /** Scores along without effect; null for none. */
  readonly shadow: RuleSet | null
}

/** @returns the rules in force, now or a moment ago */
export function activeRules(commands: CommandHandler, clock: Clock): () => Promise<RulesInForce> {
  return lookedUp(async () => inForce(await commands.state(rulesDecider, rulesStream)), clock)
}

/** After a return to an older release the active rules may be of the newer one: guests are scored all the same. */
function inForce({ active, shadow }: RulesState): RulesInForce {
  const ruleSet = known(active) ?? defaultRuleSet
  return { ruleSet, shadow: shadow === null || shadow === ruleSet.id ? null : known(shadow) }
}

const known = (id: string): RuleSet | null => ruleSets.find((ruleSet) => ruleSet.id === id) ?? null
