import type { ActivityItem } from '@contracts/activity.ts'

/** What became of the sum of all points: the score itself, or what else it was counted as, and why. */
export type Counted = 'same' | 'rounded' | 'most' | 'least' | 'capped'

export interface ScoreSum {
  /** Signals with what they add, or take away, the most first. */
  readonly parts: readonly (readonly [name: string, points: number])[]
  /** To the tenth: weights are hundredths, but what is finer is no news to a host. */
  readonly sum: number
  readonly counted: Counted
}

const toTenth = (points: number): number => Math.round(points * 10) / 10

/** Adds up how a score came about, so that a reader can follow it. Null where that is not known. */
export function scoreSum({ points, score }: Pick<ActivityItem, 'points' | 'score'>): ScoreSum | null {
  if (points === null || score === null) return null
  const parts = Object.entries(points)
    .map(([name, value]) => [name, toTenth(value)] as const)
    .sort(([, a], [, b]) => b - a)
  const sum = toTenth(Object.values(points).reduce((total, value) => total + value, 0))
  return { parts, sum, counted: countedAs(sum, score) }
}

function countedAs(sum: number, score: number): Counted {
  if (sum === score) return 'same'
  if (sum > 100 && score === 100) return 'most'
  if (sum < 0 && score === 0) return 'least'
  return Math.abs(sum - score) < 1 ? 'rounded' : 'capped'
}
