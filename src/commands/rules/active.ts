import { rulesStream } from '../../events/streams.ts'
import { SECOND, type Clock } from '../../kernel/time.ts'
import { defaultRuleSet, ruleSets } from '../../scoring/rules/registry.ts'
import type { RuleSet } from '../../scoring/score.ts'
import type { CommandHandler } from '../handle.ts'
import { rulesDecider, type RulesState } from './decider.ts'

/** How long an activation may take until every process follows it: openings do not look it up one by one. */
const REFRESH = 2 * SECOND

/** What openings are scored by. */
export interface RulesInForce {
  readonly ruleSet: RuleSet
  /** Scores along without effect; null for none. */
  readonly shadow: RuleSet | null
}

/** @returns the rules in force, at most `REFRESH` old */
export function activeRules(commands: CommandHandler, clock: Clock): () => Promise<RulesInForce> {
  let looked = -Infinity
  let active: Promise<RulesInForce> | undefined
  return () => {
    const now = clock.now()
    // Also once the clock was set back: how old it is can no longer be told.
    if (active === undefined || now < looked || now - looked >= REFRESH) {
      looked = now
      const fresh = commands.state(rulesDecider, rulesStream).then(inForce)
      fresh.catch(() => {
        looked = -Infinity
      })
      active = fresh
    }
    return active
  }
}

/** After a return to an older release the active rules may be of the newer one: guests are scored all the same. */
function inForce({ active, shadow }: RulesState): RulesInForce {
  const ruleSet = known(active) ?? defaultRuleSet
  return { ruleSet, shadow: shadow === null || shadow === ruleSet.id ? null : known(shadow) }
}

const known = (id: string): RuleSet | null => ruleSets.find((ruleSet) => ruleSet.id === id) ?? null
