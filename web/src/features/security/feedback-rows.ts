import type { FeedbackItem } from '@contracts/security.ts'

/**
 * Puts what was read anew into the rows that are shown: a verdict that is changed stays under the hand that changes it,
 * and what is new comes on top.
 */
export function inPlace(shown: readonly FeedbackItem[], fresh: readonly FeedbackItem[]): FeedbackItem[] {
  const byId = new Map(fresh.map((item) => [item.attemptId, item]))
  const kept = shown.flatMap(({ attemptId }) => byId.get(attemptId) ?? [])
  const known = new Set(kept)
  return [...fresh.filter((item) => !known.has(item)), ...kept]
}
