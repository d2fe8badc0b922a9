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

/** @returns the gravest band and in it the highest score, null before the first score */
export function worstOf(tally: Tally): BandedScore | null {
  let worst: BandedScore | null = null
  for (const [key, count] of Object.entries(tally)) {
    if (count <= 0) continue
    const one = parsed(key)
    if (worst === null || gravity(one) > gravity(worst)) worst = one
  }
  return worst
}

function parsed(key: string): BandedScore {
  const [band = '', score = ''] = key.split(' ')
  return { band: band as Band, score: Number(score) }
}
