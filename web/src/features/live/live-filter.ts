import type { ActivityItem } from '@contracts/activity.ts'
import type { Band } from '@contracts/common.ts'

/** The kinds of activity as a host thinks of them. */
export const kindGroups = {
  opening: ['opening'],
  answer: ['rsvp', 'promotion'],
  door: ['check_in', 'check_in_refused', 'check_in_conflict', 'check_in_conflict_settled', 'check_in_undone'],
} as const satisfies Record<string, readonly ActivityItem['kind'][]>

export type KindGroup = keyof typeof kindGroups

export interface LiveFilter {
  kind: KindGroup | null
  band: Band | null
}

/** What passes the filter, in the order it came. A risk passes openings of that band only. */
export function filtered(items: readonly ActivityItem[], filter: LiveFilter): readonly ActivityItem[] {
  const kinds: readonly string[] | null = filter.kind && kindGroups[filter.kind]
  return items.filter(
    (item) =>
      (kinds === null || kinds.includes(item.kind)) && (filter.band === null || item.band === filter.band),
  )
}
