import type { EventView } from '@contracts/events.ts'

/** An evening goes on after midnight; this long after its start an event is no longer coming, in milliseconds: a day. */
const LASTS_MS = 24 * 3_600_000

const startOf = ({ eventDate }: EventView): number => Date.parse(eventDate)

function groupOf(event: EventView, now: number): 'coming' | 'draft' | 'past' {
  if (event.status === 'draft') return 'draft'
  // Closed only to answers: its doors are still to open.
  const toCome = event.status !== 'archived' && startOf(event) + LASTS_MS > now
  return toCome ? 'coming' : 'past'
}

/**
 * What comes up first, the next one on top; then what is still being prepared; then what is over, the latest on top.
 * The API gives the newest first, by a time that never changes, so that its pages fit together; this order changes as
 * time goes by.
 * @param now milliseconds since the epoch
 */
export function inOrder(events: readonly EventView[], now: number): EventView[] {
  const of = (group: ReturnType<typeof groupOf>) => events.filter((event) => groupOf(event, now) === group)
  const soonest = (a: EventView, b: EventView) => startOf(a) - startOf(b)
  return [
    ...of('coming').sort(soonest),
    ...of('draft').sort(soonest),
    ...of('past').sort((a, b) => soonest(b, a)),
  ]
}
