import type { FastifyRequest } from 'fastify'
import { guestDecider } from '../../commands/guest/decider.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import { seatsForMore, type RsvpsState } from '../../commands/rsvps/state.ts'
import { guestStream, rsvpsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import type { AppDeps } from '../deps.ts'
import { onceContext } from '../requests.ts'
import type { Desk, Recorded, ScanOf } from './desk.ts'
import { doorsOpen, type Party } from './party.ts'
import { doorActor, type Ticket } from './ticket.ts'

export interface WalkIn extends ScanOf {
  readonly name: string
  /** People who come in. */
  readonly arrivalCount: number
}

/**
 * Adds somebody to the list who stands at the door, gives the party its seats and lets it in. Every id follows from the
 * nonce: sent again, it is the same guest and the same arrival, and what was not done yet is done.
 *
 * Whoever was let in already, offline, is recorded with or without a seat.
 *
 * @throws DomainError `walk_ins_off`; `event_not_open` and `event_full` unless offline
 */
export async function walkIn(
  { deps, desk, request, ticket }: { deps: AppDeps; desk: Desk; request: FastifyRequest; ticket: Ticket },
  { name, arrivalCount, ...scan }: WalkIn,
): Promise<Recorded> {
  const { eventId, event, gate } = ticket
  if (!event.walkIns) {
    throw new DomainError('forbidden', 'walk_ins_off', 'The host does not let the door add guests.')
  }
  const commandId = commandIdOf('walk-in', eventId, scan.nonce)
  const guestId = derivedId(commandId, 'guest')
  const context = { ...onceContext(deps, request, doorActor(gate)), commandId }
  const seats = rsvpsStream(eventId)
  const before = await deps.commands.state(rsvpsDecider, seats)
  if (!scan.offline && !before.seats.has(guestId)) {
    if (!doorsOpen(event)) {
      throw new DomainError('conflict', 'event_not_open', 'The doors of this event are not open.')
    }
    requireSeats(before, arrivalCount)
  }
  const contact = { name, email: null, phone: null, externalRef: null }
  const plusOnesAllowed = arrivalCount - 1
  const { state: guest } = await deps.commands.execute(
    guestDecider,
    guestStream(eventId, guestId),
    { kind: 'invite', ...contact, plusOnesAllowed, utmSource: 'walk-in', batchId: null },
    context,
  )
  const party = { answer: 'attending', partySize: arrivalCount, plusOneNames: [], note: null } as const
  const { state: rsvps } = await deps.commands.execute(
    rsvpsDecider,
    seats,
    { kind: 'answer', guestId, ...party, plusOnesAllowed, open: true, at: context.at },
    context,
  )
  if (guest.kind === 'missing') throw new Error(`the guest ${guestId} was invited and is not there`)
  const seat = rsvps.seats.get(guestId)
  const expected = seat?.status === 'confirmed' ? seat.partySize : null
  const standing: Party = {
    ...{ kind: 'party', eventId, guestId, guest, seat, via: 'name', expected },
    doorsOpen: doorsOpen(event),
    passVersion: null,
    passExpired: false,
  }
  return desk.admit(request, standing, scan, { arrivalCount, via: 'walk_in', arrivedBefore: null })
}

function requireSeats(rsvps: RsvpsState, people: number): void {
  const left = seatsForMore(rsvps)
  if (left === null || left >= people) return
  throw new DomainError('conflict', 'event_full', 'There are not enough seats left for this party.', {
    extras: { seatsLeft: left },
  })
}
