/**
 * Names of the streams. The part before the first `-` is the category, so ids contain no `-`; everything about one
 * event shares the category `event.<eventId>` and can be read in order as one history.
 */
export const hostStream = (hostId: string) => `host-${hostId}`
/** Reserves an e-mail address for one host; `digest` is a keyed hash, so the log shows no address. */
export const emailStream = (digest: string) => `email-${digest}`
/** Reserves the slug of an event. */
export const slugStream = (slug: string) => `slug-${slug}`

/** Which rule set scores, for the whole installation. */
export const rulesStream = 'scoring-rules'

/** Which parts of the product are switched off, for the whole installation. */
export const flagsStream = 'feature-flags'

export const eventCategory = (eventId: string) => `event.${eventId}`
export const settingsStream = (eventId: string) => `event.${eventId}-settings`
export const doorStream = (eventId: string) => `event.${eventId}-door`
export const guestStream = (eventId: string, guestId: string) => `event.${eventId}-guest.${guestId}`
export const rsvpsStream = (eventId: string) => `event.${eventId}-rsvps`

/** Vault subjects: whose key seals a piece of personal data. */
export const hostSubject = (hostId: string) => `host.${hostId}`
export const guestSubject = (eventId: string, guestId: string) => `guest.${eventId}.${guestId}`

const EVENT_STREAM = /^event\.([0-9A-Z]{26})-(?:guest\.([0-9A-Z]{26})|settings|rsvps|door)$/

/** @returns the event (and the guest) that a stream belongs to, null for a stream outside any event. */
export function eventOf(stream: string): { eventId: string; guestId: string | null } | null {
  const match = EVENT_STREAM.exec(stream)
  return match?.[1] === undefined ? null : { eventId: match[1], guestId: match[2] ?? null }
}

/** @returns the event of a stream that is known to belong to one. @throws Error for any other stream */
export function eventIdOf(stream: string): string {
  const found = eventOf(stream)
  if (found === null) throw new Error(`${stream} is not a stream of an event`)
  return found.eventId
}

/** @returns the event and guest of a guest's stream. @throws Error for any other stream */
export function guestOf(stream: string): { eventId: string; guestId: string } {
  const found = eventOf(stream)
  if (found?.guestId == null) throw new Error(`${stream} is not a guest's stream`)
  return { eventId: found.eventId, guestId: found.guestId }
}
