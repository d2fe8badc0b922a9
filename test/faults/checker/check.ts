import type { Complaint, Evidence } from '../evidence.ts'
import { checkAnswers } from './answers.ts'
import { checkArrivals } from './arrivals.ts'
import { checkGuests } from './guests.ts'
import { checkLogShape } from './log-shape.ts'
import { checkMessages } from './messages.ts'
import { checkPasses } from './passes.ts'
import { checkReadModels } from './read-models.ts'
import { checkSeats } from './seats.ts'

/** @returns everything that must not be in what a story left behind; nothing when all is well */
export function check(evidence: Evidence): Complaint[] {
  return [
    ...checkLogShape(evidence),
    ...checkAnswers(evidence),
    ...checkSeats(evidence.log),
    ...checkArrivals(evidence),
    ...checkGuests(evidence.log),
    ...checkPasses(evidence),
    ...checkMessages(evidence),
    ...checkReadModels(evidence),
  ]
}
