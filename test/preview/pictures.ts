import { emptyPicture, withOpening, type Picture, type Verdict } from '../../src/scoring/preview.ts'
import type { Thresholds } from '../../src/scoring/bands.ts'

/** The opening of a picture: its score, and what the host said of it. */
export type Opening = number | readonly [score: number, verdict: Verdict]

/** A picture of these openings, under the default thresholds or those given. */
export function pictureOf(openings: readonly Opening[], thresholds?: Thresholds): Picture {
  const start = thresholds === undefined ? emptyPicture : { ...emptyPicture, thresholds: { ...thresholds } }
  return openings.reduce<Picture>((picture, opening) => {
    const [score, verdict] = typeof opening === 'number' ? [opening, null] : opening
    return withOpening(picture, { score, ruleSet: 'v1', verdict }, 1)
  }, start)
}

/** So many openings of one score with one verdict. */
export const judged = (count: number, score: number, verdict: Verdict): Opening[] =>
  Array.from({ length: count }, () => [score, verdict] as const)
