import { createEvent } from 'ics'
import type { Attachment } from './message.ts'

export interface CalendarEntry {
  readonly eventId: string
  readonly name: string
  /** ISO 8601, UTC. */
  readonly eventDate: string
  readonly venue: string | null
  /** How often the event's details changed: a calendar keeps the entry with the highest. */
  readonly sequence: number
  /** Of the product's address; makes the UID unique in the world. */
  readonly domain: string
}

/** Events have a start and no end; calendars need one, and most parties are over or have moved on after this. */
const HOURS = 4

/**
 * The event for the guest's calendar. It holds no personal link: calendars are shared, links are not.
 * @throws Error when the entry cannot be written
 */
export function calendarFile({
  eventId,
  name,
  eventDate,
  venue,
  sequence,
  domain,
}: CalendarEntry): Attachment {
  const { error, value } = createEvent({
    productId: 'GuestGuard',
    method: 'PUBLISH',
    uid: `${eventId}@${domain}`,
    sequence,
    title: name,
    // Calendars begin with 1970. Events from before dates were bounded can be older, and their mails go out too.
    start: Math.max(Date.parse(eventDate), 0),
    startInputType: 'utc',
    startOutputType: 'utc',
    duration: { hours: HOURS },
    status: 'CONFIRMED',
    busyStatus: 'BUSY',
    ...(venue === null ? {} : { location: venue }),
  })
  if (error !== null || value === null)
    throw new Error('the calendar file cannot be written', { cause: error })
  return {
    filename: 'event.ics',
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    content: Buffer.from(value),
  }
}
