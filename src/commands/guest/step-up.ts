import type { Channel, NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { AnswerStepUp, RequestStepUp } from './commands.ts'
import type { Attempt, InvitedGuest } from './state.ts'

/** How long a code is good. */
export const CODE_VALIDITY = 10 * MINUTE

/** Wrong codes after which only a new one helps: a guesser of six digits succeeds once in 200,000 codes. */
export const MAX_CODE_TRIES = 5

/** Time between two codes for one opening: nobody's phone is flooded with messages. */
const CODE_INTERVAL = MINUTE

/** Codes for one link in ten minutes, over all its openings. */
const MAX_CODES = 5

function requireAttempt(guest: InvitedGuest, attemptId: string): Attempt {
  const attempt = guest.attempts.get(attemptId)
  if (attempt === undefined) throw new DomainError('not_found', 'not_found', 'There is no such opening.')
  return attempt
}

/** @returns whether the opening can go on with a code */
export function mayStepUp(decision: Attempt['decision'], stepUp: RequestStepUp['stepUp']): boolean {
  return decision === 'challenged' || (decision === 'blocked' && stepUp.blocked)
}

function channelOf({ contact }: InvitedGuest): Channel | null {
  if (contact.email !== null) return 'email'
  return contact.phone === null ? null : 'sms'
}

export function decideRequestStepUp(guest: InvitedGuest, command: RequestStepUp): NewGuestFact[] {
  const { attemptId, challengeId, at, stepUp } = command
  const attempt = requireAttempt(guest, attemptId)
  if (!mayStepUp(attempt.decision, stepUp)) {
    throw new DomainError('conflict', 'no_step_up', 'A code does not help here. Please ask your host.')
  }
  const channel = channelOf(guest)
  if (channel === null) {
    throw new DomainError(
      'conflict',
      'no_address',
      'There is no address to send a code to. Please ask your host.',
    )
  }
  const challenges = [...guest.attempts.values()].flatMap((one) => one.challenge ?? [])
  const recent = challenges.filter((challenge) => at - challenge.at < CODE_VALIDITY)
  const again = attempt.challenge !== null && at - attempt.challenge.at < CODE_INTERVAL
  if (again || recent.length >= MAX_CODES) {
    throw new DomainError(
      'too_many',
      'code_sent',
      'A code was sent a moment ago. Wait a minute before you ask again.',
    )
  }
  return [{ type: 'StepUpRequested', data: { attemptId, challengeId, channel } }]
}

export function decideAnswerStepUp(guest: InvitedGuest, command: AnswerStepUp): NewGuestFact[] {
  const { attemptId, challengeId, at, right } = command
  const { challenge } = requireAttempt(guest, attemptId)
  const open = challenge?.challengeId === challengeId && at - challenge.at <= CODE_VALIDITY
  if (!open || challenge.failures >= MAX_CODE_TRIES) {
    throw new DomainError('conflict', 'code_expired', 'This code is no longer good. Ask for a new one.')
  }
  return [{ type: right ? 'StepUpPassed' : 'StepUpFailed', data: { attemptId, challengeId } }]
}
