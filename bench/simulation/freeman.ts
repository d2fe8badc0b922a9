import type { Opening } from '../../src/scoring/opening.ts'

/**
 * The likelihood ratio of Freeman, Jain, Dürmuth, Biggio and Giacinto, "Who Are You? A Statistical Approach to Measuring
 * User Authenticity", NDSS 2016, in its simple form: every user equally likely to be attacked, no reputation of
 * addresses, and attackers who look like the population as a whole. Features are taken as independent:
 *
 *   score = sum over the features of log p(value among all) - log p(value in this guest's history)
 *
 * Each feature is a hierarchy (network prefix, its block, country; device details, user agent class, system). What was
 * not seen at one level backs off to the next, with the weight that Witten and Bell give to the unseen: the number of
 * different values seen against the number of observations.
 */
export class Freeman {
  private readonly everyone = FEATURES.map(() => new Counts())

  /** Learns what openings look like, whoever makes them. */
  observe(opening: Opening): void {
    FEATURES.forEach((levels, feature) => {
      this.everyone[feature]!.add(levels(opening))
    })
  }

  startGuest(): GuestModel {
    const history = FEATURES.map(() => new Counts())
    return {
      score: (opening) =>
        FEATURES.reduce((sum, levels, feature) => {
          const values = levels(opening)
          const among = this.everyone[feature]!.chances(values)
          return sum + Math.log(among[0]!) - Math.log(history[feature]!.chanceGiven(values, among))
        }, 0),
      learn: (opening) => {
        FEATURES.forEach((levels, feature) => {
          history[feature]!.add(levels(opening))
        })
      },
    }
  }
}

export interface GuestModel {
  /** @returns the logarithm of the ratio; the higher, the less it looks like the guest */
  score(opening: Opening): number
  learn(opening: Opening): void
}

/** From the finest to the coarsest value; a value of one level belongs to one value of the next. */
type Levels = (opening: Opening) => readonly string[]

const FEATURES: readonly Levels[] = [
  ({ ipPrefix, geo }) => {
    const prefix = ipPrefix ?? 'none'
    return [prefix, blockOf(prefix), geo?.country ?? 'none']
  },
  ({ fingerprintDigest, agent }) => {
    const browser = agent ?? 'none'
    return [fingerprintDigest ?? `none of ${browser}`, browser, browser.split('/')[0]!]
  },
]

/** The first 16 bits of IPv4, the first 32 of IPv6: what registries mostly give to one provider. */
function blockOf(prefix: string): string {
  const separator = prefix.includes(':') ? ':' : '.'
  return prefix.split(separator, 2).join(separator)
}

class Counts {
  private observations = 0
  private readonly levels = [0, 1, 2].map(() => new Map<string, number>())
  /** Different values below one of the next level. */
  private readonly below = [0, 1].map(() => new Map<string, number>())

  add(values: readonly string[]): void {
    this.observations++
    values.forEach((value, level) => {
      const counts = this.levels[level]!
      const parent = values[level + 1]
      if (!counts.has(value) && parent !== undefined) {
        const siblings = this.below[level]!
        siblings.set(parent, (siblings.get(parent) ?? 0) + 1)
      }
      counts.set(value, (counts.get(value) ?? 0) + 1)
    })
  }

  /** @returns for each level the probability of its value among everybody */
  chances(values: readonly string[]): number[] {
    const found: number[] = []
    for (let level = values.length - 1; level >= 0; level--) {
      const parent = found[level + 1]
      const siblings = this.below[level]?.get(values[level + 1] ?? '') ?? 0
      const unseen = parent === undefined ? 1 / (this.levels[level]!.size + 1) : parent / (siblings + 1)
      found[level] = this.mixed(level, values[level]!, unseen)
    }
    return found
  }

  /** @returns the probability of the finest value in this history, where the unseen is as it is among everybody */
  chanceGiven(values: readonly string[], among: readonly number[]): number {
    let chance = among.at(-1)!
    for (let level = values.length - 1; level >= 0; level--) {
      const given = level === values.length - 1 ? 1 : among[level]! / among[level + 1]!
      chance = this.mixed(level, values[level]!, chance * given)
    }
    return chance
  }

  private mixed(level: number, value: string, unseen: number): number {
    const counts = this.levels[level]!
    return (
      ((counts.get(value) ?? 0) + counts.size * unseen) / (this.observations + counts.size || 1) || unseen
    )
  }
}
