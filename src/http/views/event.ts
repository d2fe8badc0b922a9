import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import type { EventView } from '../../contracts/events.ts'
import type { Role } from '../access.ts'
import { iso } from '../requests.ts'

const NOTHING_COUNTED: EventView['counts'] = {
  guests: 0,
  invited: 0,
  opened: 0,
  confirmedParties: 0,
  confirmedPeople: 0,
  waitlistedParties: 0,
  waitlistedPeople: 0,
  firstWaitingPeople: 0,
  declined: 0,
  maybe: 0,
  arrivedParties: 0,
  arrivedPeople: 0,
  flagged: 0,
}

export interface EventParts {
  readonly eventId: string
  readonly event: ConfiguredEvent
  readonly role: Role
  readonly maxCapacity: number | null
  /** Null while the read models do not know the event yet. */
  readonly counts: EventView['counts'] | null
}

/** An event as of its streams, with the counts of the read models. */
export function eventView({ eventId, event, role, maxCapacity, counts }: EventParts): EventView {
  const { name, slug, eventDate, timezone, venue, status, thresholds } = event
  return {
    id: eventId,
    name,
    slug,
    eventDate,
    timezone,
    venue,
    maxCapacity,
    status,
    thresholds: { ...thresholds },
    role,
    counts: counts ?? NOTHING_COUNTED,
    createdAt: iso(event.createdAt),
    updatedAt: iso(event.updatedAt),
  }
}
