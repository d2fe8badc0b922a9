import { distrustOpening, emptyBaseline, evolveBaseline, trustOpening } from '../../src/scoring/baseline.ts'
import { scoreOpening, type RuleSet } from '../../src/scoring/score.ts'
import { isOwn } from '../../src/scoring/traces.ts'
import { Freeman } from './freeman.ts'
import type { Population, SimulatedOpening } from './population.ts'
import { seeded } from './random.ts'

export interface Model {
  readonly name: string
  /** @returns a score for each opening of one guest, in order; the higher, the less it looks like the guest */
  score(history: readonly SimulatedOpening[], guest: number): number[]
}

export interface RuleOptions {
  /** Whether the data says what a network is used for. That which ships with the product does not. */
  readonly kinds?: boolean
  /** Share of the openings on which the host gives a verdict, a right one. */
  readonly verdicts?: number
}

export function ruleModel(name: string, ruleSet: RuleSet, options: RuleOptions = {}): Model {
  const { kinds = false, verdicts = 0 } = options
  return {
    name,
    score(history, guest) {
      // Of its own seed, so that every rule set gets verdicts on the same openings.
      const random = seeded(guest)
      let baseline = emptyBaseline
      return history.map(({ opening: seen, attack }) => {
        const opening = kinds ? seen : { ...seen, network: null }
        const { score } = scoreOpening(ruleSet, baseline, opening)
        baseline = evolveBaseline(baseline, opening)
        if (random.chance(verdicts)) {
          baseline = (attack === null ? trustOpening : distrustOpening)(baseline, opening)
        }
        return score
      })
    },
  }
}

/** Without a history the ratio says nothing; the first opening is taken on trust, as the rule sets do. */
const ON_TRUST = -1e6

/**
 * Which openings become history. The paper learns from log-ins that succeeded; an opening has no such mark. So: `all` of
 * them, what `v2` takes for the guest's `own`, or the guest's in `truth`, which only a simulation knows.
 */
export type History = 'all' | 'own' | 'truth'

/** @param trained openings of another population, for what is common and what is rare */
export function freemanModel(name: string, trained: Population, history: History): Model {
  const model = new Freeman()
  for (const { opening, attack } of trained.guests.flat()) if (attack === null) model.observe(opening)
  return {
    name,
    score(openings) {
      const guest = model.startGuest()
      let baseline = emptyBaseline
      let learned = 0
      return openings.map(({ opening: seen, attack }) => {
        const opening = { ...seen, network: null }
        const score = learned === 0 ? ON_TRUST : guest.score(opening)
        const teaches = { all: true, own: isOwn(baseline, opening), truth: attack === null }[history]
        if (teaches) {
          guest.learn(opening)
          learned++
        }
        baseline = evolveBaseline(baseline, opening)
        return score
      })
    },
  }
}
