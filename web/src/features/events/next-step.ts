import type { EventView } from '@contracts/events.ts'

export type Step = 'guests' | 'publish' | 'invite' | 'watch' | 'door'

/** The door is what matters from this long before the start until this long after it, in milliseconds: 24 hours. */
const doorMs = 24 * 3_600_000

/** The one thing that brings the host further; null when there is nothing left to prepare. */
export function nextStep(event: EventView, now: Date): Step | null {
  if (event.status === 'archived') return null
  if (event.counts.guests === 0) return 'guests'
  if (event.status === 'draft') return 'publish'
  const toStart = Date.parse(event.eventDate) - now.getTime()
  if (toStart < doorMs) {
    // Where guests come in already the door is ready.
    if (event.counts.arrivedPeople > 0 || toStart < -doorMs) return null
    if (event.counts.confirmedPeople > 0) return 'door'
  }
  if (event.status === 'published' && event.counts.invited < event.counts.guests) return 'invite'
  return event.counts.confirmedPeople === 0 && event.status === 'published' ? 'watch' : null
}
