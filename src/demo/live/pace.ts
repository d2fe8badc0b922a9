import { SECOND } from '../../kernel/time.ts'
import type { Dice } from '../random.ts'

/** Scenes while somebody is likely to watch: about half an hour of them. */
export const LIVELY_SCENES = 200

/** Scenes in all. A demo that is left alone overnight becomes quiet, and its log stays below some thousand facts more. */
export const MOST_SCENES = 1_000

/** Seconds between two scenes. */
const LIVELY = { min: 4, max: 15 } as const
const QUIET = { min: 60, max: 180 } as const

/**
 * @param played scenes so far
 * @returns milliseconds until the next, null when it is over
 */
export function pauseAfter(played: number, dice: Dice): number | null {
  if (played >= MOST_SCENES) return null
  const { min, max } = played < LIVELY_SCENES ? LIVELY : QUIET
  return Math.round((min + dice.next() * (max - min)) * SECOND)
}
