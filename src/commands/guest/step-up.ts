import type { Channel, NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { DAY, MINUTE } from '../../kernel/time.ts'
import type { AnswerStepUp, RequestStepUp } from './commands.ts'
import { requireLiveLink } from './openings.ts'
import type { Attempt, InvitedGuest } from './state.ts'

/** How long a code is good. */
export const CODE_VALIDITY = 10 * MINUTE

/** Wrong codes after which only a new one helps: a guesser of six digits finds one code in 200,000. */
export const MAX_CODE_TRIES = 5

/** Time between two codes for one opening: nobody's phone is flooded with messages. */
const CODE_INTERVAL = MINUTE

/** Codes for one guest in ten minutes, over all openings. */
export const MAX_CODES = 5

/**
 * Codes for one link in a day, over all openings: 50 guesses, so that whoever tries day and night finds a code once in
 * 50 years on average, and the guest's mailbox is not flooded. A new link from the host starts anew.
 */
export const MAX_CODES_PER_DAY = 10

function requireAttempt(guest: InvitedGuest, attemptId: string): Attempt {
  const attempt = guest.attempts.get(attemptId)
  if (attempt === undefined) throw new DomainError('not_found', 'not_found', 'There is no such opening.')
  // The host may have taken the link back since: a code does not bring it to life again.
  requireLiveLink(guest, attempt.linkVersion)
  return attempt
}

/** @returns whether the opening can go on with a code; what the host found suspicious cannot */
export function mayStepUp(
  { decision, verdict }: Pick<Attempt, 'decision' | 'verdict'>,
  stepUp: RequestStepUp['stepUp'],
): boolean {
  if (verdict === 'suspicious') return false
  return decision === 'challenged' || (decision === 'blocked' && stepUp.blocked)
}

/** @returns how a code gets to the guest, null when the host has no address */
export function channelOf({ contact }: Pick<InvitedGuest, 'contact'>): Channel | null {
  if (contact.email !== null) return 'email'
  return contact.phone === null ? null : 'sms'
}

function codeSent(message: string): DomainError {
  return new DomainError('too_many', 'code_sent', message)
}

export function decideRequestStepUp(guest: InvitedGuest, command: RequestStepUp): NewGuestFact[] {
  const { attemptId, challengeId, at, stepUp } = command
  const attempt = requireAttempt(guest, attemptId)
  if (!mayStepUp(attempt, stepUp)) {
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
  requireRoom(guest.recentCodes, attempt, at)
  return [{ type: 'StepUpRequested', data: { attemptId, challengeId, channel } }]
}

function requireRoom(codes: readonly number[], { challenge }: Attempt, at: number): void {
  const within = (span: number) => codes.filter((sentAt) => at - sentAt < span).length
  if (challenge !== null && at - challenge.at < CODE_INTERVAL) {
    throw codeSent('A code was sent a moment ago. Wait a minute before you ask again.')
  }
  if (within(DAY) >= MAX_CODES_PER_DAY) {
    throw codeSent('Many codes were sent today. Please ask your host for a new link.')
  }
  if (within(CODE_VALIDITY) >= MAX_CODES) {
    throw codeSent('Several codes were sent already. Wait ten minutes before you ask again.')
  }
}

export function decideAnswerStepUp(guest: InvitedGuest, command: AnswerStepUp): NewGuestFact[] {
  const { attemptId, challengeId, at, right } = command
  const { challenge, verdict, score } = requireAttempt(guest, attemptId)
  const open = challenge !== null && challenge.challengeId === challengeId && verdict !== 'suspicious'
  if (!open || at - challenge.at > CODE_VALIDITY || challenge.failures >= MAX_CODE_TRIES) {
    throw new DomainError('conflict', 'code_expired', 'This code is no longer good. Ask for a new one.')
  }
  const data = { attemptId, challengeId }
  if (!right) return [{ type: 'StepUpFailed', data }]
  return [{ type: 'StepUpPassed', data: { ...data, score: score?.score ?? null, verdict } }]
}
