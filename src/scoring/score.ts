import type { Baseline } from './baseline.ts'
import type { Opening } from './opening.ts'
import type { Reason } from './reasons.ts'
import type { Signal, SignalName } from './signal.ts'

/** The single-signal cap: one strong sign alone never takes a guest to the upper bands. */
export interface Cap {
  /** Sub-score from which on a signal counts as strong. */
  readonly strongFrom: number
  /** Fewer strong signals than this and the cap applies. */
  readonly strongNeeded: number
  /** Highest score while it applies. */
  readonly highest: number
}

/** A way of scoring, as data. Once a score carries its id, a rule set never changes; another way is another id. */
export interface RuleSet {
  readonly id: string
  /**
   * Weights are whole hundredths (40 is 0.40), so that the sum is exact and rounding half to even is decidable. A
   * negative weight makes a signal lower the score. The order is the order of the reasons; what lowers comes last, and is
   * a reason only where there is something to lower.
   */
  readonly signals: readonly { readonly signal: Signal; readonly weight: number }[]
  readonly cap: Cap
}

export type SubScores = Readonly<Partial<Record<SignalName, number>>>

/** Everything that is needed to explain a score years later, and to compare it with another rule set's. */
export interface Score {
  /** Id of the rule set. */
  readonly ruleSet: string
  /** Integer 0 to 100. */
  readonly score: number
  /** One entry for each signal of the rule set, 0 to 100. */
  readonly subScores: SubScores
  readonly reasons: readonly Reason[]
}

/**
 * Scores an opening against what was known of the guest before it. Pure: same inputs, same score, for ever.
 * @param ruleSet from the registry
 */
export function scoreOpening(ruleSet: RuleSet, baseline: Baseline, opening: Opening): Score {
  const { cap } = ruleSet
  const subScores: Partial<Record<SignalName, number>> = {}
  const reasons: Reason[] = []
  let hundredths = 0
  let strong = 0
  // What raises comes first (the registry is tested for it), so a sum of 0 means that there is nothing to lower.
  for (const { signal, weight } of ruleSet.signals) {
    const subScore = signal.measure(baseline, opening)
    subScores[signal.name] = subScore
    if (subScore === 0 || (weight < 0 && hundredths <= 0)) continue
    hundredths += weight * subScore
    if (subScore >= cap.strongFrom && weight > 0) strong++
    const reason = signal.explain(baseline, opening, subScore)
    if (reason !== null) reasons.push(reason)
  }
  let score = roundHalfToEven(Math.min(100_00, Math.max(0, hundredths)))
  if (strong < cap.strongNeeded && score > cap.highest) {
    score = cap.highest
    reasons.push({ code: 'single_signal_cap', params: { cap: cap.highest } })
  }
  return { ruleSet: ruleSet.id, score, subScores, reasons }
}

export interface Contribution {
  readonly signal: SignalName
  /** 0 to 100. */
  readonly subScore: number
  /** What the signal adds to the score, or takes from it; before rounding, cap and limits. */
  readonly points: number
}

/**
 * Takes a score apart for showing it, one bar for each signal.
 * @param ruleSet the one that the score names
 * @param subScores as stored; a signal without one counts as 0
 */
export function contributions(ruleSet: RuleSet, subScores: Readonly<Record<string, number>>): Contribution[] {
  return ruleSet.signals.map(({ signal: { name }, weight }) => {
    const subScore = subScores[name] ?? 0
    return { signal: name, subScore, points: (weight * subScore) / 100 }
  })
}

/** @param hundredths a non-negative integer */
function roundHalfToEven(hundredths: number): number {
  const rest = hundredths % 100
  const whole = (hundredths - rest) / 100
  const up = rest > 50 || (rest === 50 && whole % 2 === 1)
  return up ? whole + 1 : whole
}
