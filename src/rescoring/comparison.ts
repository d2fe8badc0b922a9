import { bandOf, BANDS, type Band, type Thresholds } from '../scoring/bands.ts'

export type BandCounts = Readonly<Record<Band, number>>

/** How well flagging (a band of high or block) agrees with what the host said. Null where there is nothing to divide. */
export interface Agreement {
  readonly precision: number | null
  readonly recall: number | null
}

export interface Comparison {
  readonly openings: number
  /** Openings of forgotten people: their scores stay as they are. */
  readonly notRescorable: number
  readonly before: BandCounts
  readonly now: BandCounts
  readonly moves: readonly { readonly from: Band; readonly to: Band; readonly count: number }[]
  /** Guests whose worst opening is in another band. */
  readonly guestsAffected: number
  readonly verdicts: { readonly legitimate: number; readonly suspicious: number }
  readonly agreementBefore: Agreement
  readonly agreementNow: Agreement
}

const flagged = (band: Band) => band === 'high' || band === 'block'

function agreement(judged: readonly { verdict: 'legitimate' | 'suspicious'; band: Band }[]): Agreement {
  const hits = judged.filter(({ verdict, band }) => verdict === 'suspicious' && flagged(band)).length
  const all = judged.filter(({ band }) => flagged(band)).length
  const suspicious = judged.filter(({ verdict }) => verdict === 'suspicious').length
  return { precision: all === 0 ? null : hits / all, recall: suspicious === 0 ? null : hits / suspicious }
}

/** An opening as two rule sets see it. */
export interface Compared {
  readonly guestId: string
  readonly before: { readonly score: number }
  /** Null where it cannot be scored again. */
  readonly now: { readonly score: number } | null
  readonly verdict: 'legitimate' | 'suspicious' | null
}

/** An opening with the thresholds of its event. */
export interface Banded<Opening extends Compared = Compared> {
  readonly opening: Opening
  readonly thresholds: Thresholds
}

/**
 * Compares the scores that openings have with those of another rule set, both banded by the same thresholds, so that
 * only the rules make the difference.
 */
export function compare(banded: readonly Banded[]): Comparison {
  const openings = banded.map(({ opening }) => opening)
  const pairs = banded.map(({ opening, thresholds }) => {
    const from = bandOf(opening.before.score, thresholds)
    return { opening, from, to: opening.now === null ? from : bandOf(opening.now.score, thresholds) }
  })
  const judged = (side: 'from' | 'to') =>
    pairs.flatMap(({ opening: { verdict }, ...bands }) =>
      verdict === null ? [] : [{ verdict, band: bands[side] }],
    )
  const verdictsOf = (wanted: string) => openings.filter(({ verdict }) => verdict === wanted).length
  return {
    openings: openings.length,
    notRescorable: openings.filter(({ now }) => now === null).length,
    before: countBands(pairs.map(({ from }) => from)),
    now: countBands(pairs.map(({ to }) => to)),
    moves: movesOf(pairs),
    guestsAffected: guestsAffected(pairs),
    verdicts: { legitimate: verdictsOf('legitimate'), suspicious: verdictsOf('suspicious') },
    agreementBefore: agreement(judged('from')),
    agreementNow: agreement(judged('to')),
  }
}

function countBands(bands: readonly Band[]): BandCounts {
  const counts = { low: 0, medium: 0, high: 0, block: 0 }
  for (const band of bands) counts[band]++
  return counts
}

interface Pair {
  readonly opening: Compared
  readonly from: Band
  readonly to: Band
}

function movesOf(pairs: readonly Pair[]): Comparison['moves'] {
  return BANDS.flatMap((from) =>
    BANDS.filter((to) => to !== from).flatMap((to) => {
      const count = pairs.filter((pair) => pair.from === from && pair.to === to).length
      return count === 0 ? [] : [{ from, to, count }]
    }),
  )
}

function guestsAffected(pairs: readonly Pair[]): number {
  const worst = new Map<string, { from: number; to: number }>()
  for (const { opening, from, to } of pairs) {
    const seen = worst.get(opening.guestId) ?? { from: 0, to: 0 }
    worst.set(opening.guestId, {
      from: Math.max(seen.from, BANDS.indexOf(from)),
      to: Math.max(seen.to, BANDS.indexOf(to)),
    })
  }
  return [...worst.values()].filter(({ from, to }) => from !== to).length
}
