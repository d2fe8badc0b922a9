import type { NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { Arrival, InvitedGuest } from './state.ts'

function requireConflict(guest: InvitedGuest, checkInId: string): Arrival {
  const arrival = guest.arrivals.find((one) => one.checkInId === checkInId)
  if (arrival === undefined || arrival.conflict === null) {
    throw new DomainError('not_found', 'not_found', 'There is no such conflict.')
  }
  return arrival
}

/** Nothing when the host has done so before, and when the arrival was taken back: that has settled it. */
export function decideSettleConflict(guest: InvitedGuest, checkInId: string): NewGuestFact[] {
  const { settled, undone } = requireConflict(guest, checkInId)
  return settled || undone ? [] : [{ type: 'CheckInConflictSettled', data: { checkInId, how: 'left_as_is' } }]
}

/** Nothing when the host has not settled it, or has opened it again. */
export function decideReopenConflict(guest: InvitedGuest, checkInId: string): NewGuestFact[] {
  const { settled } = requireConflict(guest, checkInId)
  return settled ? [{ type: 'CheckInConflictReopened', data: { checkInId } }] : []
}
