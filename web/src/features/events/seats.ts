import type { EventView } from '@contracts/events.ts'
import type { GuestView } from '@contracts/guests.ts'

type SeatedEvent = Pick<EventView, 'maxCapacity' | 'status'> & {
  readonly counts: Pick<EventView['counts'], 'confirmedPeople' | 'waitlistedParties' | 'firstWaitingPeople'>
}

/** How the seats of an event with a limit stand; people, not parties, where nothing else is said. */
export interface Seats {
  readonly taken: number
  readonly capacity: number
  readonly left: number
  /** Why nobody gets those that are left: the first of so many parties that wait needs more. Null while anybody may. */
  readonly kept: { readonly parties: number; readonly firstNeeds: number } | null
}

/** @returns null without a limit */
export function seatsOf({ maxCapacity, counts }: SeatedEvent): Seats | null {
  if (maxCapacity === null) return null
  const { confirmedPeople: taken, waitlistedParties: parties, firstWaitingPeople: firstNeeds } = counts
  const left = Math.max(0, maxCapacity - taken)
  // A first party that fits is on its way to its seats: the counts are just behind.
  const kept = left > 0 && parties > 0 && firstNeeds > left ? { parties, firstNeeds } : null
  return { taken, capacity: maxCapacity, left, kept }
}

/** @returns whether the host can give a guest who waits the seats they asked for */
export function couldSeat(
  event: SeatedEvent,
  { rsvpStatus, partySize }: Pick<GuestView, 'rsvpStatus' | 'partySize'>,
): boolean {
  if (event.status === 'archived' || rsvpStatus !== 'waitlisted') return false
  return (partySize ?? 1) <= (seatsOf(event)?.left ?? Infinity)
}
