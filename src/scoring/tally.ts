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

/** How many of the counted openings with a score a host has called legitimate, by score. */
export type Cleared = { readonly [score: string]: number }

/** What is known of all openings of a guest. */
export interface Scored {
  readonly scores: Tally
  readonly cleared: Cleared
}

type Verdict = 'legitimate' | 'suspicious' | null

/** An opening has a score. @param before the one it had, which counts no longer */
export function withScore<S extends Scored>(
  known: S,
  now: BandedScore & { readonly verdict: Verdict },
  before?: BandedScore,
): S {
  const others = before === undefined ? known.scores : tallied(known.scores, before, -1)
  const scores = tallied(others, now, 1)
  if (now.verdict !== 'legitimate') return { ...known, scores }
  const left = before === undefined ? known.cleared : clearing(known.cleared, before.score, -1)
  return { ...known, scores, cleared: clearing(left, now.score, 1) }
}

/** A host says of an opening what it was, or takes that back. @param opening its score, and what was said before */
export function withVerdict<S extends Scored>(
  known: S,
  opening: { readonly score: number | null; readonly before: Verdict },
  verdict: Verdict,
): S {
  const { score, before } = opening
  const by = Number(verdict === 'legitimate') - Number(before === 'legitimate')
  return score === null || by === 0 ? known : { ...known, cleared: clearing(known.cleared, score, by) }
}

function clearing(cleared: Cleared, score: number, by: number): Cleared {
  const { [String(score)]: before = 0, ...others } = cleared
  return before + by !== 0 ? { ...others, [String(score)]: before + by } : others
}

/**
 * @returns the gravest band and in it the highest score of the openings that no host has called legitimate, null without any.
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
