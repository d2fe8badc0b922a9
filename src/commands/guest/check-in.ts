import type { NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { CheckIn } from './commands.ts'
import { arrivedCount, type InvitedGuest, type Refusal } from './state.ts'

/** How long anybody at the door may take a check-in back. */
export const UNDO_WINDOW = MINUTE

/** @returns why the party may not enter now, null when it may */
export function refusalOf(
  guest: InvitedGuest,
  { expected, doorsOpen }: Pick<CheckIn, 'expected' | 'doorsOpen'>,
): Refusal | null {
  if (guest.gone !== null) return 'removed'
  if (!doorsOpen) return 'event_not_open'
  if (expected === null) return 'not_attending'
  return arrivedCount(guest) >= expected ? 'party_complete' : null
}

export function decideCheckIn(guest: InvitedGuest, command: CheckIn): NewGuestFact[] {
  const { checkInId, arrivalCount, gate, deviceId, nonce, scannedAt, offline } = command
  if (guest.arrivals.some((arrival) => arrival.nonce === nonce) || guest.refusals.has(nonce)) return []
  const refusal = refusalOf(guest, command)
  // People who are already inside are a fact, not a question.
  if (refusal !== null && !offline) {
    return [{ type: 'CheckInRefused', data: { reason: refusal, gate, deviceId, nonce, scannedAt } }]
  }
  if (!offline) requireRoomInParty(guest, command)
  return [
    { type: 'GuestCheckedIn', data: { checkInId, arrivalCount, gate, deviceId, nonce, scannedAt, offline } },
  ]
}

function requireRoomInParty(guest: InvitedGuest, { expected, arrivalCount }: CheckIn): void {
  const left = (expected ?? 0) - arrivedCount(guest)
  if (arrivalCount <= left) return
  throw new DomainError(
    'invalid',
    'more_than_expected',
    `Only ${String(left)} of this party are still expected.`,
    {
      fields: [{ path: 'arrivalCount', message: `is more than the ${String(left)} still expected` }],
      extras: { stillExpected: left },
    },
  )
}

export function decideUndo(
  guest: InvitedGuest,
  command: { checkInId: string; at: number; mayUndoLate: boolean },
): NewGuestFact[] {
  const arrival = guest.arrivals.find(({ checkInId }) => checkInId === command.checkInId)
  if (arrival === undefined) throw new DomainError('not_found', 'not_found', 'There is no such check-in.')
  if (arrival.undone) return []
  if (!command.mayUndoLate && command.at - arrival.at > UNDO_WINDOW) {
    throw new DomainError(
      'conflict',
      'undo_expired',
      'This check-in is over a minute old; the host can still undo it.',
    )
  }
  return [{ type: 'CheckInUndone', data: { checkInId: arrival.checkInId } }]
}
