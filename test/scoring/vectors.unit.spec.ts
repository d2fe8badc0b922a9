import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bandOf, DEFAULT_THRESHOLDS } from '../../src/scoring/bands.ts'
import { emptyBaseline, evolveBaseline, type Baseline } from '../../src/scoring/baseline.ts'
import { toOpening, type RawOpening } from '../../src/scoring/opening.ts'
import { v1 } from '../../src/scoring/rules/v1.ts'
import { scoreOpening } from '../../src/scoring/score.ts'
import { referenceText } from '../../src/scoring/wording.ts'

interface Vector {
  /** `occurredAt` in seconds, unlike everywhere else. */
  attempt: RawOpening
  expected: { score: number; band: string; subScores: Record<string, number>; reasons: string[] }
}

const file = new URL('./vectors/scoring-v1.json', import.meta.url)
const histories = JSON.parse(readFileSync(file, 'utf8')) as Vector[][]

function scored(baseline: Baseline, { attempt }: Vector) {
  const opening = toOpening({ ...attempt, occurredAt: attempt.occurredAt * 1000 })
  const { score, subScores, reasons } = scoreOpening(v1, baseline, opening)
  return {
    next: evolveBaseline(baseline, opening),
    actual: {
      score,
      band: bandOf(score, DEFAULT_THRESHOLDS),
      subScores,
      reasons: reasons.map(referenceText),
    },
  }
}

describe('rule set v1 against the reference scorer', () => {
  it('has 60 histories with 284 openings to be compared with', () => {
    expect([histories.length, histories.flat().length]).toEqual([60, 284])
  })

  it.each(histories.map((history, index) => ({ history, index })))(
    'scores, bands, sub-scores and reasons of history $index are the same',
    ({ history }) => {
      let baseline = emptyBaseline
      for (const vector of history) {
        const { next, actual } = scored(baseline, vector)
        expect(actual).toEqual(vector.expected)
        baseline = next
      }
    },
  )

  it('is the same when the baseline was written down as JSON between openings', () => {
    for (const history of histories) {
      let written = JSON.stringify(emptyBaseline)
      for (const vector of history) {
        const { next, actual } = scored(JSON.parse(written) as Baseline, vector)
        expect(actual).toEqual(vector.expected)
        written = JSON.stringify(next)
      }
    }
  })
})
