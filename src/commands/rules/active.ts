import { rulesStream } from '../../events/streams.ts'
import { SECOND, type Clock } from '../../kernel/time.ts'
import { defaultRuleSet, ruleSets } from '../../scoring/rules/registry.ts'
import type { RuleSet } from '../../scoring/score.ts'
import type { CommandHandler } from '../handle.ts'
import { rulesDecider } from './decider.ts'

/** How long an activation may take until every process follows it: openings do not look it up one by one. */
const REFRESH = 2 * SECOND

/** @returns the rule set in force, at most `REFRESH` old */
export function activeRules(commands: CommandHandler, clock: Clock): () => Promise<RuleSet> {
  let looked = -Infinity
  let active: Promise<RuleSet> | undefined
  return () => {
    const now = clock.now()
    if (active === undefined || now - looked >= REFRESH) {
      looked = now
      const fresh = commands.state(rulesDecider, rulesStream).then(knownOrDefault)
      fresh.catch(() => {
        looked = -Infinity
      })
      active = fresh
    }
    return active
  }
}

/** After a return to an older release the active rules may be of the newer one: guests are scored all the same. */
function knownOrDefault(id: string): RuleSet {
  return ruleSets.find((ruleSet) => ruleSet.id === id) ?? defaultRuleSet
}
