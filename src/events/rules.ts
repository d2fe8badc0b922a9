import { z } from 'zod'
import { plainFact, type HappenedOf, type NewFactOf } from './fact.ts'

/** Facts of `scoring-rules`: which rule set scores, for the whole installation. */
export const rulesFacts = [
  plainFact('RulesActivated', z.strictObject({ ruleSet: z.string() })),
  /** Another rule set scores along, and nothing is decided on it; null ends that. */
  plainFact('ShadowRulesSet', z.strictObject({ ruleSet: z.string().nullable() })),
] as const

export type NewRulesFact = NewFactOf<(typeof rulesFacts)[number]>
export type RulesHappened = HappenedOf<(typeof rulesFacts)[number]>
