import { arrivedCount, cameInAt, type InvitedGuest } from '../../commands/guest/state.ts'
import type { Seat } from '../../commands/rsvps/state.ts'
import type { GuestStatus, GuestWithAnswer } from '../../contracts/guests.ts'
import { BAND_LABELS } from '../../scoring/bands.ts'
import { iso } from '../requests.ts'

/** One guest as of the streams themselves, so that a host always reads what was just written. */
export function guestView(guestId: string, guest: InvitedGuest, seat: Seat | undefined): GuestWithAnswer {
  const message = [...guest.messages.values()].at(-1)
  const added = guest.arrivals.find(({ via }) => via === 'walk_in')
  return {
    id: guestId,
    ...guest.contact,
    plusOnesAllowed: guest.plusOnesAllowed,
    utmSource: guest.utmSource,
    walkIn: added !== undefined,
    status: statusOf(guest, seat),
    risk: guest.risk?.band ?? null,
    riskLabel: guest.risk === null ? null : BAND_LABELS[guest.risk.band],
    riskScore: guest.risk?.score ?? null,
    openings: guest.baseline.openings,
    answer: seat?.answer ?? null,
    rsvpStatus: seat?.status ?? null,
    partySize: seat?.partySize ?? null,
    plusOneNames: [...(seat?.plusOneNames ?? [])],
    note: seat?.note ?? null,
    addedAtDoor: added === undefined ? null : { gate: added.gate, at: iso(cameInAt(added)) },
    arrived: arrivedCount(guest),
    linkVersion: guest.link.version,
    linkRevoked: guest.link.revoked,
    invitation: {
      channel: message?.channel ?? null,
      state: message?.state ?? 'none',
      error: message?.error ?? null,
      outdated: message !== undefined && message.linkVersion !== guest.link.version,
    },
    createdAt: iso(guest.createdAt),
    updatedAt: iso(guest.updatedAt),
  }
}

function statusOf(guest: InvitedGuest, seat: Seat | undefined): GuestStatus {
  if (seat !== undefined) return seat.status
  if (guest.baseline.openings > 0) return 'opened'
  return [...guest.messages.values()].some((message) => message.state === 'sent') ? 'invited' : 'added'
}
