import type { Baseline } from './baseline.ts'
import type { Opening } from './opening.ts'
import type { Reason } from './reasons.ts'

/** Every signal of every rule set; a rule set says in which order its reasons are listed. */
export const SIGNAL_NAMES = [
  'fingerprint_mismatch',
  'ip_change',
  'missing_signals',
  'repeated_access',
  'no_user_agent',
  'geo_jump',
  'new_device',
  'new_network',
  'impossible_travel',
  'exit_network',
  'distrusted_origin',
  'known_device',
  'known_network',
  'same_browser',
] as const

export type SignalName = (typeof SIGNAL_NAMES)[number]

/** One thing the scorer looks at. Both functions are pure and see only the baseline from before the opening. */
export interface Signal {
  readonly name: SignalName
  /** @returns the sub-score, 0 to 100. On the hot path: it allocates nothing. */
  measure(baseline: Baseline, opening: Opening): number
  /**
   * Called only for a sub-score above 0.
   * @returns null when the sub-score is too small to be worth a sentence
   */
  explain(baseline: Baseline, opening: Opening, subScore: number): Reason | null
}
