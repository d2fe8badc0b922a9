/** What is measured of one model on one population. */
export interface Figures {
  /** Probability that an opening by somebody else scores above one by the guest; a tie counts half. */
  readonly auc: number
  /** For each catch rate the share of the guests' own openings that would be challenged. */
  readonly challenged: readonly number[]
}

export const CATCH_RATES = [0.8, 0.9, 0.95] as const

/** The scores of one model, sorted once so that a bootstrap can weigh them again and again. */
export class Ranking {
  /** Positions of the openings, the highest score first. */
  private readonly order: Uint32Array
  private readonly scores: Float64Array
  private readonly attacks: Uint8Array
  private readonly guests: Uint32Array

  /** @param attacks 1 for openings by somebody else @param guests whose link it is, by number */
  constructor(scores: readonly number[], attacks: Uint8Array, guests: Uint32Array) {
    this.scores = Float64Array.from(scores)
    this.attacks = attacks
    this.guests = guests
    this.order = Uint32Array.from(scores.keys()).sort((a, b) => this.scores[b]! - this.scores[a]!)
  }

  /** @param weights of the guests: 1 each for the figures themselves, drawn ones for a bootstrap */
  figures(weights: Uint8Array): Figures {
    const [honest, others] = this.totals(weights)
    const challenged: number[] = []
    let caught = 0
    let alarms = 0
    let area = 0
    this.eachTie(weights, (tiedHonest, tiedOthers) => {
      for (
        let rate = CATCH_RATES[challenged.length];
        rate !== undefined;
        rate = CATCH_RATES[challenged.length]
      ) {
        const missing = rate * others - caught
        if (missing > tiedOthers) break
        // Between two scores the curve is a line: some of those with the same score are challenged, by lot. It is kind to
        // models with few different scores, and so to v1.
        challenged.push((alarms + (missing <= 0 ? 0 : (missing / tiedOthers) * tiedHonest)) / honest)
      }
      area += tiedHonest * (caught + tiedOthers / 2)
      caught += tiedOthers
      alarms += tiedHonest
    })
    return { auc: area / (honest * others), challenged }
  }

  /** @returns the share of the openings in `chosen` that is caught when `rate` of the guests' own are challenged */
  caughtAt(rate: number, chosen: (position: number) => boolean): number {
    const ones = new Uint8Array(this.guests.reduce((max, guest) => Math.max(max, guest + 1), 0)).fill(1)
    const [honest] = this.totals(ones)
    const threshold = this.thresholdAt(rate * honest)
    let all = 0
    let caught = 0
    for (const position of this.order) {
      if (!chosen(position)) continue
      all++
      const score = this.scores[position]!
      caught += score > threshold.score ? 1 : score === threshold.score ? threshold.share : 0
    }
    return caught / all
  }

  /** The score at which `alarms` of the guests' own openings are challenged, and the share of those with just that score. */
  private thresholdAt(alarms: number): { score: number; share: number } {
    let passed = 0
    for (let i = 0; i < this.order.length;) {
      const score = this.scores[this.order[i]!]!
      let tied = 0
      for (; i < this.order.length && this.scores[this.order[i]!] === score; i++) {
        if (this.attacks[this.order[i]!] === 0) tied++
      }
      if (passed + tied >= alarms) return { score, share: (alarms - passed) / tied }
      passed += tied
    }
    return { score: -Infinity, share: 1 }
  }

  private totals(weights: Uint8Array): [honest: number, others: number] {
    let honest = 0
    let others = 0
    for (let position = 0; position < this.attacks.length; position++) {
      const weight = weights[this.guests[position]!]!
      if (this.attacks[position] === 1) others += weight
      else honest += weight
    }
    return [honest, others]
  }

  private eachTie(weights: Uint8Array, visit: (honest: number, others: number) => void): void {
    for (let i = 0; i < this.order.length;) {
      const score = this.scores[this.order[i]!]!
      let honest = 0
      let others = 0
      for (; i < this.order.length; i++) {
        const position = this.order[i]!
        if (this.scores[position] !== score) break
        const weight = weights[this.guests[position]!]!
        if (this.attacks[position] === 1) others += weight
        else honest += weight
      }
      visit(honest, others)
    }
  }
}

/** @returns the values that bound the middle 95 % */
export function interval(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!
  return [at(0.025), at(0.975)]
}
