import type { NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { GiveVerdict } from './commands.ts'
import type { Attempt, InvitedGuest } from './state.ts'

function requireAttempt(guest: InvitedGuest, attemptId: string): Attempt {
  const attempt = guest.attempts.get(attemptId)
  if (attempt === undefined) throw new DomainError('not_found', 'not_found', 'There is no such opening.')
  return attempt
}

/** Nothing when the host has said the same before, in the same words. */
export function decideVerdict(
  guest: InvitedGuest,
  { attemptId, verdict, note }: GiveVerdict,
): NewGuestFact[] {
  const { verdict: before, note: written, score, vouched } = requireAttempt(guest, attemptId)
  if (before === verdict && written === note) return []
  return [
    {
      type: 'VerdictGiven',
      data: { attemptId, verdict, before, score: score?.score ?? null, vouched },
      personal: { note },
    },
  ]
}

/** Nothing when there is no verdict to take back. */
export function decideWithdrawVerdict(guest: InvitedGuest, attemptId: string): NewGuestFact[] {
  const { verdict: before, score, vouched } = requireAttempt(guest, attemptId)
  if (before === null) return []
  return [{ type: 'VerdictWithdrawn', data: { attemptId, before, score: score?.score ?? null, vouched } }]
}
