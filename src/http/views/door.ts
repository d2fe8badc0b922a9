import { arrivedCount, cameInAt, lastArrival, standingRefusal } from '../../commands/guest/state.ts'
import { refusalOf } from '../../commands/guest/check-in.ts'
import type { CheckInAnswer, CheckInPreview } from '../../contracts/door.ts'
import type { DoorGuest } from '../../projections/queries/types.ts'
import { iso } from '../requests.ts'
import type { Party } from '../door/party.ts'

function partyView({ guestId, guest, seat, expected }: Party) {
  const last = lastArrival(guest)
  return {
    guest: { id: guestId, name: guest.contact.name },
    party: { expected: expected ?? 0, arrived: arrivedCount(guest), names: [...(seat?.plusOneNames ?? [])] },
    lastArrival:
      last === null
        ? null
        : { at: iso(cameInAt(last)), gate: last.gate, count: last.count, deviceId: last.deviceId },
  }
}

export function previewView(party: Party): CheckInPreview {
  const { guest } = party
  const turnedAway = standingRefusal(guest)
  return {
    ...partyView(party),
    risk: guest.risk?.band ?? null,
    refusal: refusalOf(guest, party),
    turnedAway: turnedAway === null ? null : { ...turnedAway, at: iso(turnedAway.at) },
    answered: party.seat?.status ?? null,
  }
}

/** What became of a scan, from the guest as it is after it: the same scan sent again gets the same answer. */
export function checkInView(party: Party, nonce: string): CheckInAnswer {
  const { guest } = party
  const arrival = guest.arrivals.find((one) => one.nonce === nonce)
  if (arrival !== undefined) {
    const { checkInId, conflict, refusal } = arrival
    return {
      ...partyView(party),
      result: conflict === null ? 'admitted' : 'conflict',
      checkInId,
      reason: conflict,
      refusal,
    }
  }
  const recorded = guest.refusals.get(nonce)
  // Past the number of refusals that are recorded, the answer is what it would be now.
  const reason = recorded === undefined ? refusalOf(guest, party) : recorded
  const result = reason === 'party_complete' ? 'already_admitted' : 'refused'
  return { ...partyView(party), result, checkInId: null, reason, refusal: null }
}

/** A guest who was found by name, from the read model: what is decided, is decided on the streams. */
export function foundView(guest: DoorGuest, isOpen: boolean): CheckInPreview {
  const { guestId, name, expected, arrived, companions, risk } = guest
  const refusal = !isOpen
    ? 'event_not_open'
    : expected === null
      ? 'not_attending'
      : arrived >= expected
        ? 'party_complete'
        : null
  return {
    guest: { id: guestId, name },
    party: { expected: expected ?? 0, arrived, names: [...companions] },
    risk,
    refusal,
    lastArrival: guest.lastArrival,
    turnedAway: guest.turnedAway,
    answered: guest.answered,
  }
}
