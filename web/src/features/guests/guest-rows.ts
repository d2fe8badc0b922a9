import type { GuestView } from '@contracts/guests.ts'

/**
 * Puts what was read anew into the rows that are shown, without moving them: rows keep their places, ones that are no
 * longer in `fresh` stay as they were, and new ones are left for the next full load.
 */
export function refreshedRows(shown: readonly GuestView[], fresh: readonly GuestView[]): GuestView[] {
  const byId = new Map(fresh.map((guest) => [guest.id, guest]))
  return shown.map((guest) => byId.get(guest.id) ?? guest)
}

/** Adds the next page; a guest that slid onto it from the page before is not shown twice. */
export function withNextPage(shown: readonly GuestView[], next: readonly GuestView[]): GuestView[] {
  const known = new Set(shown.map((guest) => guest.id))
  return [...shown, ...next.filter((guest) => !known.has(guest.id))]
}
