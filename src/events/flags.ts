import { z } from 'zod'
import { plainFact, type HappenedOf, type NewFactOf } from './fact.ts'

/** Facts of `feature-flags`: which parts of the product are switched off, for the whole installation. */
export const flagFacts = [
  // The name as text: a flag that is taken out one day must still be read.
  plainFact('FeatureFlagSet', z.strictObject({ flag: z.string(), on: z.boolean() })),
] as const

export type NewFlagFact = NewFactOf<(typeof flagFacts)[number]>
export type FlagHappened = HappenedOf<(typeof flagFacts)[number]>
