import { BANDS, type Band } from './bands.ts'

/** What an opening was given, the band by the thresholds of that time. */
export interface BandedScore {
  readonly band: Band
  /** Integer 0 to 100. */
  readonly score: number
}

/** How many openings have which band and score, such as `{ 'high 65': 2 }`; those that none has are left out. */
export type Tally = { readonly [bandAndScore: string]: number }

/** Counts an opening in, or out again when it is scored anew. */
export function tallied(tally: Tally, { band, score }: BandedScore, by: 1 | -1): Tally {
  const key = `${band} ${String(score)}`
  const count = (tally[key] ?? 0) + by
  if (count !== 0) return { ...tally, [key]: count }
  const { [key]: _last, ...others } = tally
  return others
}

/** Orders by band, then by score: 1,000 for low 0 to 4,100 for block 100. */
export const gravity = ({ band, score }: BandedScore): number => (BANDS.indexOf(band) + 1) * 1_000 + score

/** How many of the counted openings with a score are known to be the guest, by score. */
export type Cleared = { readonly [score: string]: number }

/** What is known of all openings of a guest. */
export interface Scored {
  readonly scores: Tally
  readonly cleared: Cleared
}

type Verdict = 'legitimate' | 'suspicious' | null

/** Whether an opening is the guest's: the host's word counts, and without one that of whoever vouched for its device. */
interface Judged {
  readonly verdict: Verdict
  /** By a code that reached the guest, or by what the host said of the device before. */
  readonly vouched: boolean
}

const isCleared = ({ verdict, vouched }: Judged): boolean =>
  verdict === null ? vouched : verdict === 'legitimate'

/** An opening has a score. @param before the one it had, which counts no longer */
export function withScore<S extends Scored>(known: S, now: BandedScore & Judged, before?: BandedScore): S {
  const others = before === undefined ? known.scores : tallied(known.scores, before, -1)
  const scores = tallied(others, now, 1)
  if (!isCleared(now)) return { ...known, scores }
  const left = before === undefined ? known.cleared : clearing(known.cleared, before.score, -1)
  return { ...known, scores, cleared: clearing(left, now.score, 1) }
}

/** A host says of an opening what it was, or takes that back. @param opening its score, and what was said before */
export function withVerdict<S extends Scored>(
  known: S,
  {
    score,
    before,
    vouched,
  }: { readonly score: number | null; readonly before: Verdict; readonly vouched: boolean },
  verdict: Verdict,
): S {
  return judgedAnew(known, score, { verdict: before, vouched }, { verdict, vouched })
}

/** The code that reached the guest was entered for an opening. @param opening its score, and what the host had said of it */
export function withCode<S extends Scored>(
  known: S,
  { score, verdict }: { readonly score: number | null; readonly verdict: Verdict },
): S {
  return judgedAnew(known, score, { verdict, vouched: false }, { verdict, vouched: true })
}

function judgedAnew<S extends Scored>(known: S, score: number | null, before: Judged, now: Judged): S {
  const by = Number(isCleared(now)) - Number(isCleared(before))
  return score === null || by === 0 ? known : { ...known, cleared: clearing(known.cleared, score, by) }
}

function clearing(cleared: Cleared, score: number, by: number): Cleared {
  const { [String(score)]: before = 0, ...others } = cleared
  return before + by !== 0 ? { ...others, [String(score)]: before + by } : others
}

/**
 * @returns the gravest band and in it the highest score of the openings that nobody has cleared, null without any.
 * Of one score in several bands, after other thresholds, the gravest are the last to be cleared: nothing is hidden that
 * nobody has cleared.
 */
export function worstOf({ scores, cleared }: Scored): BandedScore | null {
  const left = { ...cleared }
  const mildFirst = Object.entries(scores)
    .map(([key, count]) => ({ one: parsed(key), count }))
    .sort((a, b) => gravity(a.one) - gravity(b.one))
  let worst: BandedScore | null = null
  for (const { one, count } of mildFirst) {
    const key = String(one.score)
    const gone = Math.max(0, Math.min(count, left[key] ?? 0))
    left[key] = (left[key] ?? 0) - gone
    if (count > gone) worst = one
  }
  return worst
}

function parsed(key: string): BandedScore {
  const [band = '', score = ''] = key.split(' ')
  return { band: band as Band, score: Number(score) }
}
