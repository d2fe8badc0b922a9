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
   * Weights are whole hundredths (40 is 0.40), so that the sum is exact and rounding half to even is decidable.
   * The order is the order of the reasons.
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
  for (const { signal, weight } of ruleSet.signals) {
    const subScore = signal.measure(baseline, opening)
    subScores[signal.name] = subScore
    if (subScore === 0) continue
    hundredths += weight * subScore
    if (subScore >= cap.strongFrom) strong++
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

/** @param hundredths a non-negative integer */
function roundHalfToEven(hundredths: number): number {
  const rest = hundredths % 100
  const whole = (hundredths - rest) / 100
  const up = rest > 50 || (rest === 50 && whole % 2 === 1)
  return up ? whole + 1 : whole
}
