import type { ActivityItem } from '@contracts/activity.ts'
import type { Verdict } from './security.api.ts'

/** More than these at once would push what has been decided out of sight; the rest is in the live list. */
const atMost = 5

/** The flagged openings that nobody has judged, in the order they came. */
export function awaitingVerdict(
  items: readonly ActivityItem[],
  verdictOf: (item: ActivityItem) => Verdict | null,
): readonly ActivityItem[] {
  return items
    .filter(
      (item) =>
        item.kind === 'opening' &&
        (item.band === 'high' || item.band === 'block') &&
        verdictOf(item) === null,
    )
    .slice(0, atMost)
}
