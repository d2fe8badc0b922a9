import type { ActivityItem } from '@contracts/activity.ts'

/**
 * The rows for a reader who must not be disturbed: those on the screen stay where they are, also when they no longer
 * wait; what comes after the last of them is added, and what would push them down is left for later.
 */
export function heldInPlace(
  shown: readonly ActivityItem[],
  waiting: readonly ActivityItem[],
): readonly ActivityItem[] {
  const known = new Set(shown.map(({ id }) => id))
  const byId = new Map(waiting.map((item) => [item.id, item]))
  const last = waiting.findLastIndex(({ id }) => known.has(id))
  return [...shown.map((item) => byId.get(item.id) ?? item), ...waiting.slice(last + 1)]
}
