import { doorFacts } from './door.ts'
import type { FactOf, FactSpec, HappenedOf, NewFactOf } from './fact.ts'
import { flagFacts } from './flags.ts'
import { guestFacts } from './guest.ts'
import { emailFacts, hostFacts, slugFacts } from './host.ts'
import { rsvpsFacts } from './rsvps.ts'
import { rulesFacts } from './rules.ts'
import { settingsFacts } from './settings.ts'

const all = [
  ...hostFacts,
  ...emailFacts,
  ...slugFacts,
  ...settingsFacts,
  ...guestFacts,
  ...rsvpsFacts,
  ...doorFacts,
  ...rulesFacts,
  ...flagFacts,
] as const

/** Every fact the product can write or read. */
export type Fact = FactOf<(typeof all)[number]>
export type Happened = HappenedOf<(typeof all)[number]>
export type NewFact = NewFactOf<(typeof all)[number]>
export type FactType = Fact['type']

type WithoutPersonal<F> = F extends Fact ? Omit<F, 'personal'> : never
/** Facts of these types as readers see them who need nothing of anybody: every fact can be taken for one. */
export type PublicFact<T extends FactType = FactType> = WithoutPersonal<Extract<Fact, { type: T }>>

const specs: ReadonlyMap<string, FactSpec> = new Map(
  all.map((spec) => [spec.type, spec as unknown as FactSpec]),
)

/** @returns what is known of a type of fact, undefined for one this version does not know */
export function specOf(type: string): FactSpec | undefined {
  return specs.get(type)
}

export const factTypes: readonly string[] = [...specs.keys()]
