import { BANDS, bandOf, DEFAULT_THRESHOLDS, type Band, type Thresholds } from './bands.ts'

export type Verdict = 'legitimate' | 'suspicious'

/** Scores are whole numbers from 0 to 100. */
const SCORES = 101

/** A position of the log in decimal, as larger numbers than JSON has. */
type PositionText = string

/**
 * Everything about the openings of an event that a preview of any thresholds needs, whatever their number: how many
 * openings have which score. A type alias, so that it is JSON for the type checker too.
 */
export type Picture = {
  /** `scores[s]` openings have the score s: the latest one of each, where openings were scored again. */
  readonly scores: number[]
  /** Those of them of which the host said so, by score. */
  readonly legitimate: number[]
  readonly suspicious: number[]
  /** Openings that went on without a score and have none yet. */
  readonly unscored: number
  /** Openings from networks that the host trusts: they never have a score. */
  readonly allowlisted: number
  /** Openings whose latest score is by this rule set. */
  readonly ruleSets: { readonly [id: string]: number }
  /** Those of the event, with how often they changed. */
  readonly thresholds: Pick<Thresholds, keyof Thresholds>
  readonly thresholdsVersion: number
  /** First and last fact that made it what it is, null before the first. */
  readonly from: PositionText | null
  readonly to: PositionText | null
}

const none = (): number[] => new Array<number>(SCORES).fill(0)

export const emptyPicture: Picture = {
  scores: none(),
  legitimate: none(),
  suspicious: none(),
  unscored: 0,
  allowlisted: 0,
  ruleSets: {},
  thresholds: { ...DEFAULT_THRESHOLDS },
  thresholdsVersion: 0,
  from: null,
  to: null,
}

/** A scored opening, as far as it counts. */
export interface Counted {
  readonly score: number
  readonly ruleSet: string
  readonly verdict: Verdict | null
}

/**
 * Counts an opening in, or out again.
 * @throws RangeError for a score that is not a whole number from 0 to 100
 */
export function withOpening(picture: Picture, opening: Counted, by: 1 | -1): Picture {
  const { score, ruleSet, verdict } = opening
  const openings = (picture.ruleSets[ruleSet] ?? 0) + by
  const { [ruleSet]: _before, ...others } = picture.ruleSets
  const counted = {
    ...picture,
    scores: changed(picture.scores, score, by),
    ruleSets: openings === 0 ? others : { ...others, [ruleSet]: openings },
  }
  return verdict === null ? counted : withVerdict(counted, verdict, score, by)
}

/** Counts a verdict on a scored opening in, or out again. @throws RangeError as `withOpening` */
export function withVerdict(picture: Picture, verdict: Verdict, score: number, by: 1 | -1): Picture {
  return { ...picture, [verdict]: changed(picture[verdict], score, by) }
}

function changed(counts: number[], score: number, by: 1 | -1): number[] {
  const count = counts[score]
  if (count === undefined) throw new RangeError(`${String(score)} is not a score from 0 to 100`)
  return counts.with(score, count + by)
}

export type BandCounts = Readonly<Record<Band, number>>

/** How well thresholds agree with what the host knows of openings: the high band and above counts as flagged. */
export interface Fit {
  /** Known suspicious openings that are flagged, and that are not. */
  readonly caught: number
  readonly missed: number
  /** Known legitimate openings that are flagged, and those of them that are blocked. */
  readonly falseAlarms: number
  readonly wronglyBlocked: number
  /** Of the flagged ones that are known, the share that is suspicious; null when none is flagged. */
  readonly precision: number | null
  /** Of the suspicious ones, the share that is flagged; null when none is known. */
  readonly recall: number | null
}

export interface BandMove {
  readonly from: Band
  readonly to: Band
  readonly count: number
}

export interface Preview {
  readonly current: { readonly thresholds: Thresholds; readonly counts: BandCounts; readonly fit: Fit }
  readonly proposed: { readonly thresholds: Thresholds; readonly counts: BandCounts; readonly fit: Fit }
  /** Openings that would be in another band, in the order of the bands; no entry for no opening. */
  readonly moved: readonly BandMove[]
  /** Where the proposal puts the openings that are known to be so. */
  readonly verdicts: Readonly<Record<Verdict, BandCounts>>
  /** Openings with a score: the sum of the counts. */
  readonly total: number
}

/**
 * What thresholds would make of every opening so far. `current` is the same history under the event's thresholds of
 * today, not what each opening was decided by in its time: only so are the two comparable.
 * @param proposed valid ones
 */
export function previewOf(picture: Picture, proposed: Thresholds): Preview {
  const { thresholds: current, legitimate, suspicious, scores } = picture
  const total = scores.reduce((sum, count) => sum + count, 0)
  const under = (thresholds: Thresholds) => ({
    thresholds,
    counts: bandCounts(scores, thresholds),
    fit: fitOf(picture, thresholds),
  })
  return {
    current: under(current),
    proposed: under(proposed),
    moved: movesOf(scores, current, proposed),
    verdicts: {
      legitimate: bandCounts(legitimate, proposed),
      suspicious: bandCounts(suspicious, proposed),
    },
    total,
  }
}

/** @returns the scores that are in another band under the other thresholds, ascending */
export function movedScores(current: Thresholds, proposed: Thresholds): number[] {
  return emptyPicture.scores.flatMap((_count, score) =>
    bandOf(score, current) === bandOf(score, proposed) ? [] : [score],
  )
}

/** @returns how thresholds agree with the verdicts of a picture */
export function fitOf(
  { legitimate, suspicious }: Pick<Picture, Verdict>,
  { high, block }: Pick<Thresholds, 'high' | 'block'>,
): Fit {
  const caught = above(suspicious, high)
  const missed = above(suspicious, -1) - caught
  const falseAlarms = above(legitimate, high)
  return {
    caught,
    missed,
    falseAlarms,
    wronglyBlocked: above(legitimate, block),
    precision: share(caught, caught + falseAlarms),
    recall: share(caught, caught + missed),
  }
}

/** @returns how many there are with a higher score */
export function above(counts: readonly number[], score: number): number {
  return counts.slice(score + 1).reduce((sum, count) => sum + count, 0)
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

function bandCounts(counts: readonly number[], thresholds: Thresholds): BandCounts {
  const sums = { low: 0, medium: 0, high: 0, block: 0 }
  for (const [score, count] of counts.entries()) sums[bandOf(score, thresholds)] += count
  return sums
}

function movesOf(counts: readonly number[], current: Thresholds, proposed: Thresholds): BandMove[] {
  const sums = new Map<string, number>()
  for (const [score, count] of counts.entries()) {
    const move = `${bandOf(score, current)} ${bandOf(score, proposed)}`
    sums.set(move, (sums.get(move) ?? 0) + count)
  }
  return BANDS.flatMap((from) =>
    BANDS.flatMap((to) => {
      const count = from === to ? 0 : (sums.get(`${from} ${to}`) ?? 0)
      return count === 0 ? [] : [{ from, to, count }]
    }),
  )
}
