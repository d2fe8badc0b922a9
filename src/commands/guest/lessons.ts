import {
  distrustOpening,
  emptyBaseline,
  evolveBaseline,
  placeBaseline,
  trustOpening,
  type Baseline,
} from '../../scoring/baseline.ts'
import type { Opening } from '../../scoring/opening.ts'

/**
 * One step that made a guest's baseline what it is. They are kept in order, because what later openings taught depends
 * on what was known by then: a verdict that is taken back cannot be subtracted, but the rest can be learned anew.
 */
export type Lesson =
  | { readonly kind: 'opened'; readonly opening: Opening }
  /** The place of an opening became known. `late`: other openings may have come in between. */
  | { readonly kind: 'placed'; readonly opening: Opening; readonly late: boolean }
  /** Somebody said of an opening whose it was: the host by a verdict, or the guest by a code. */
  | {
      readonly kind: 'trusted' | 'distrusted'
      readonly opening: Opening
      readonly attemptId: string
      readonly by: 'verdict' | 'code'
    }

export function learn(baseline: Baseline, lesson: Lesson): Baseline {
  switch (lesson.kind) {
    case 'opened':
      return evolveBaseline(baseline, lesson.opening)
    case 'placed':
      return placeBaseline(baseline, lesson.opening, lesson.opening.geo, lesson.late)
    case 'trusted':
      return trustOpening(baseline, lesson.opening)
    case 'distrusted':
      return distrustOpening(baseline, lesson.opening)
  }
}

/** @returns the lessons as if the host had never said anything of that opening */
export function withoutVerdict(lessons: readonly Lesson[], attemptId: string): Lesson[] {
  return lessons.filter(
    (lesson) => !('attemptId' in lesson) || lesson.by === 'code' || lesson.attemptId !== attemptId,
  )
}

export const learned = (lessons: readonly Lesson[]): Baseline => lessons.reduce(learn, emptyBaseline)
