import type { Openings } from '../commands/guest/opening.ts'
import type { Clock } from '../kernel/time.ts'
import type { JobHandler } from './jobs.ts'
import { lateScoring } from './reactions.ts'
import { reactionContext } from './reaction-context.ts'

export interface LateScoringOptions {
  readonly openings: Pick<Openings, 'scoreLate'>
  readonly clock: Clock
}

/** Scores an opening that went on unscored; a lookup that fails is tried again with the job. */
export function lateScoringHandler({ openings, clock }: LateScoringOptions): JobHandler<'late-scoring'> {
  return async ({ data }) => {
    const context = reactionContext(lateScoring.name, data, 'score', clock.now())
    await openings.scoreLate(data.eventId, data.guestId, data.attemptId, context)
  }
}
