import type { Agreement, Comparison } from '../rescoring/comparison.ts'
import { BAND_LABELS } from '../scoring/bands.ts'
import { counted, numberText } from './table.ts'

const percent = (part: number | null) => (part === null ? 'unknown' : `${String(Math.round(part * 100))} %`)
const words = ({ precision, recall }: Agreement) =>
  `precision ${percent(precision)}, recall ${percent(recall)}`

/**
 * What a rule set would change, for people.
 * @param before what the openings are compared with, such as `before` or `v1`
 * @param now the rule set, such as `under v2`
 */
export function comparisonLines(comparison: Comparison, before: string, now: string): string[] {
  const { moves, guestsAffected, verdicts, notRescorable } = comparison
  const judged = verdicts.legitimate + verdicts.suspicious
  return [
    ...moves.map(
      ({ from, to, count }) => `  ${numberText(count)} from ${BAND_LABELS[from]} to ${BAND_LABELS[to]}`,
    ),
    ...(moves.length === 0 ? ['  none would change its band'] : []),
    `  ${counted(guestsAffected, 'guest')} affected`,
    ...(notRescorable === 0
      ? []
      : [`  ${numberText(notRescorable)} cannot be scored again: the person was forgotten`]),
    ...(judged === 0
      ? ['No verdicts to measure it by.']
      : [
          `By ${counted(judged, 'verdict')}, ${before}: ${words(comparison.agreementBefore)}`,
          `By ${counted(judged, 'verdict')}, ${now}: ${words(comparison.agreementNow)}`,
        ]),
  ]
}
