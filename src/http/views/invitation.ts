import type { InvitedGuest } from '../../commands/guest/state.ts'
import type { RsvpsState, Seat } from '../../commands/rsvps/state.ts'
import { seatsFor } from '../../commands/rsvps/state.ts'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import { passValidUntil } from '../../commands/settings/door.ts'
import type { Invitation, RsvpAnswer, SealedInvitation } from '../../contracts/rsvp.ts'
import type { AppDeps } from '../deps.ts'
import type { LinkClaims } from '../../tokens/tokens.ts'
import { iso } from '../requests.ts'

/** What may be seen of an invitation before the guest's gesture: nothing about the guest. */
export function sealedView({ name, eventDate, timezone, venue }: ConfiguredEvent): SealedInvitation {
  return {
    event: { name, eventDate, timezone, venue, branding: { colour: null, logo: null, message: null } },
    sealed: true,
  }
}

export interface InvitationParts {
  readonly claims: LinkClaims
  readonly token: string
  readonly guest: InvitedGuest
  readonly event: ConfiguredEvent
  readonly rsvps: RsvpsState
}

export async function invitationView(deps: AppDeps, parts: InvitationParts): Promise<Invitation> {
  const { claims, token, guest, event, rsvps } = parts
  const seat = rsvps.seats.get(claims.guestId)
  const pass = await passOf(deps, claims, event, seat)
  const seats = seatsFor(rsvps, claims.guestId)
  return {
    guestName: guest.contact.name ?? '',
    plusOnesAllowed: guest.plusOnesAllowed,
    event: {
      ...sealedView(event).event,
      status: event.status,
      open: event.status === 'published',
      seatsLeft: seats.left,
      seatsPromised: seats.promised,
      calendarUrl: `/api/rsvp/${token}/event.ics`,
    },
    rsvp: seat === undefined ? null : rsvpOf(seat),
    status: seat?.status ?? null,
    pass: pass ?? null,
  }
}

export function rsvpOf({ answer, partySize, plusOneNames, note }: Seat): RsvpAnswer['rsvp'] {
  return { answer, partySize, plusOneNames: [...plusOneNames], note }
}

/** @returns the entry pass of a party with a seat, undefined for everybody else */
export async function passOf(
  { tokens, qrSvg }: Pick<AppDeps, 'tokens' | 'qrSvg'>,
  claims: LinkClaims,
  event: ConfiguredEvent,
  seat: Seat | undefined,
): Promise<NonNullable<RsvpAnswer['pass']> | undefined> {
  if (seat?.status !== 'confirmed') return undefined
  const validUntil = passValidUntil(event)
  const pass = tokens.signPass({ ...claims, validUntil })
  return { code: tokens.passCode(claims), qrSvg: await qrSvg(pass), validUntil: iso(validUntil) }
}
