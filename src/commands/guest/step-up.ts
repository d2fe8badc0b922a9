import type { Channel, NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { AnswerStepUp, RequestStepUp } from './commands.ts'
import { requireLiveLink } from './openings.ts'
import type { Attempt, InvitedGuest } from './state.ts'

/** How long a code is good. */
export const CODE_VALIDITY = 10 * MINUTE

/** Wrong codes after which only a new one helps: a guesser of six digits finds one code in 200,000. */
export const MAX_CODE_TRIES = 5

/** Time between two codes for one opening: nobody's phone is flooded with messages. */
const CODE_INTERVAL = MINUTE

/**
 * Codes for one guest in ten minutes, over all openings: 3,600 guesses a day at most, so that whoever tries day and
 * night finds a code once in nine months on average.
 */
export const MAX_CODES = 5

function requireAttempt(guest: InvitedGuest, attemptId: string): Attempt {
  const attempt = guest.attempts.get(attemptId)
  if (attempt === undefined) throw new DomainError('not_found', 'not_found', 'There is no such opening.')
  // The host may have taken the link back since: a code does not bring it to life again.
  requireLiveLink(guest, attempt.linkVersion)
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

function codeSent(message: string): DomainError {
  return new DomainError('too_many', 'code_sent', message)
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
  const { challenge } = attempt
  if (challenge !== null && at - challenge.at < CODE_INTERVAL) {
    throw codeSent('A code was sent a moment ago. Wait a minute before you ask again.')
  }
  const [oldest = at] = guest.recentCodes
  if (guest.recentCodes.length >= MAX_CODES && at - oldest < CODE_VALIDITY) {
    throw codeSent('Several codes were sent already. Wait ten minutes before you ask again.')
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
