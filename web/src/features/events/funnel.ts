import type { EventView } from '@contracts/events.ts'
import type { GuestStatus } from '@contracts/guests.ts'

export type FunnelStep = 'guests' | 'invited' | 'opened' | 'answered' | 'arrived'

/** How many guests stand at each step; the furthest step of each counts. */
export type StatusCounts = Record<GuestStatus, number>

export interface FunnelRow {
  name: FunnelStep
  value: number
  /** Whole per cent of all guests. */
  share: number
}

const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.min(100, Math.round((100 * part) / whole))

/**
 * The way of the guests from the list to the door. Every step counts guests, whatever the size of their parties:
 * people cannot be compared with invitations.
 */
export function funnelOf(counts: EventView['counts'], statuses: StatusCounts): FunnelRow[] {
  const answered = statuses.confirmed + statuses.waitlisted + statuses.declined + statuses.maybe
  return [
    { name: 'guests', value: counts.guests, share: share(counts.guests, counts.guests) },
    { name: 'invited', value: counts.invited, share: share(counts.invited, counts.guests) },
    { name: 'opened', value: counts.opened, share: share(counts.opened, counts.guests) },
    { name: 'answered', value: answered, share: share(answered, counts.guests) },
    { name: 'arrived', value: counts.arrivedParties, share: share(counts.arrivedParties, counts.guests) },
  ]
}
