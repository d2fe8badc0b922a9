import type { Thresholds } from './bands.ts'
import { above, fitOf, type Fit, type Picture } from './preview.ts'

/**
 * Verdicts of each kind from which on thresholds are suggested. With ten legitimate openings and no false alarm among
 * them, the true rate of false alarms can still be 28 % (Wilson, 95 %); with fewer there is nothing to say.
 */
export const MIN_VERDICTS = 10

/** Shares of the known legitimate openings that may be in the block band, flagged at all, and reviewed or more. */
const MOST_BLOCKED = 0.01
const MOST_FLAGGED = 0.05
const MOST_REVIEWED = 0.2

/** 97.5 % quantile of the normal distribution: a two-sided interval of 95 %. */
const Z = 1.959_964

export interface Suggestion {
  readonly thresholds: Thresholds
  readonly fit: Fit
  /** Verdicts it rests on. */
  readonly legitimate: number
  readonly suspicious: number
  /** Share of legitimate openings that would be flagged, and what it can be at most with so few verdicts (95 %). */
  readonly falseAlarmRate: number
  readonly falseAlarmRateAtMost: number
  readonly sentence: string
}

/**
 * The thresholds that catch most of what the host called suspicious while few of what the host called legitimate are
 * bothered. A boundary that does as well as any stays where it is, so that no change is proposed for nothing.
 * @returns null with too few verdicts, when the event's thresholds do as well, and when no thresholds would catch any or
 *   keep false alarms few
 */
export function suggestThresholds(picture: Picture): Suggestion | null {
  const { legitimate, suspicious, thresholds: current } = picture
  const known = { legitimate: above(legitimate, -1), suspicious: above(suspicious, -1) }
  if (known.legitimate < MIN_VERDICTS || known.suspicious < MIN_VERDICTS) return null
  const best = (from: number, to: number, now: number, most: number) =>
    boundary(picture, { from, to, now, mostLegitimate: Math.floor(most * known.legitimate) })
  // The outer boundaries need room on either side.
  const high = best(1, 99, current.high, MOST_FLAGGED)
  if (high === null) return null
  // One in a hundred cannot be told from fewer than a hundred verdicts: nobody more is blocked on so little.
  const lowestBlock = known.legitimate * MOST_BLOCKED < 1 ? current.block : 0
  // Nothing scores above 100: a boundary that blocks nobody is always there.
  const block = best(Math.max(high + 1, lowestBlock), 100, current.block, MOST_BLOCKED) ?? 100
  const medium = best(0, high - 1, current.medium, MOST_REVIEWED) ?? high - 1
  const thresholds = { medium, high, block }
  const fit = fitOf(picture, thresholds)
  if (same(thresholds, current) || fit.caught === 0) return null
  return {
    thresholds,
    fit,
    ...known,
    falseAlarmRate: fit.falseAlarms / known.legitimate,
    falseAlarmRateAtMost: upperBound(fit.falseAlarms, known.legitimate),
    sentence: sentenceOf(thresholds, fit, fitOf(picture, current), known),
  }
}

interface Search {
  readonly from: number
  readonly to: number
  /** Where the boundary is today. */
  readonly now: number
  /** How many known legitimate openings may be above it. */
  readonly mostLegitimate: number
}

/**
 * @returns of the boundaries that keep to the limit the one with the most suspicious openings above it and, of those, the
 *   fewest legitimate ones. Many do equally well where nothing was scored: the present one if it is among them, else the
 *   one in the middle, furthest from the openings on either side. Null when none keeps to the limit.
 */
function boundary(
  { legitimate, suspicious }: Picture,
  { from, to, now, mostLegitimate }: Search,
): number | null {
  let best: number[] = []
  let most = { caught: -1, bothered: 0 }
  for (let score = from; score <= to; score++) {
    const rank = { caught: above(suspicious, score), bothered: above(legitimate, score) }
    if (rank.bothered > mostLegitimate || rank.caught < most.caught) continue
    if (rank.caught === most.caught && rank.bothered > most.bothered) continue
    const equal = rank.caught === most.caught && rank.bothered === most.bothered
    best = equal ? [...best, score] : [score]
    most = rank
  }
  return best.includes(now) ? now : (best[Math.floor(best.length / 2)] ?? null)
}

const same = (a: Thresholds, b: Thresholds): boolean =>
  a.medium === b.medium && a.high === b.high && a.block === b.block

/** Upper end of the Wilson score interval of a share: honest about small numbers, where the measured 0 % is not. */
function upperBound(hits: number, of: number): number {
  const p = hits / of
  const z2 = Z * Z
  const middle = p + z2 / (2 * of)
  const spread = Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))
  return Math.min(1, (middle + spread) / (1 + z2 / of))
}

function sentenceOf(
  { medium, high, block }: Thresholds,
  fit: Fit,
  now: Fit,
  known: { readonly legitimate: number; readonly suspicious: number },
): string {
  return (
    `With ${String(medium)}, ${String(high)} and ${String(block)}, ` +
    `${String(fit.caught)} of the ${String(known.suspicious)} openings you called suspicious would be flagged ` +
    `(now ${String(now.caught)}), and ${String(fit.falseAlarms)} of the ${String(known.legitimate)} ` +
    `you called legitimate (now ${String(now.falseAlarms)}).`
  )
}
