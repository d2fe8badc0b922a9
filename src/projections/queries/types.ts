import type { ActivityItem } from '../../contracts/activity.ts'
import type { FeedbackItem } from '../../contracts/security.ts'
import type { EventView } from '../../contracts/events.ts'
import type { GuestStatus, GuestView } from '../../contracts/guests.ts'
import type { z } from 'zod'
import type { arrivals, scannerTicketList, turnedAway } from '../../contracts/door.ts'
import type { Position } from '../../eventstore/port.ts'
import type { Band, Channel } from '../../events/guest.ts'
import type { Answer, RsvpStatus } from '../../events/rsvps.ts'
import type { Picture } from '../../scoring/preview.ts'
import type { GuestScores } from '../preview-fold.ts'

/** One page of a list; `nextCursor` is null on the last. A cursor stays good while rows come and go. */
export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}

export interface PageRequest {
  /** Most items of the page. */
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

/** What requests about an event need first: who owns it and whether it is open. */
export interface EventRecord extends Omit<EventView, 'role' | 'counts'> {
  readonly ownerId: string
  /** Revision of the event's settings stream; the ETag of the event. */
  readonly revision: number
}

export interface EventOverview extends EventRecord {
  readonly counts: EventView['counts']
}

export interface EventQueries {
  /** Without counts: one row by its key. */
  find(eventId: string): Promise<EventRecord | null>
  overview(eventId: string): Promise<EventOverview | null>
  /** Events of a host, the newest first. @throws DomainError `invalid_cursor` */
  listOwned(hostId: string, page: PageRequest): Promise<Page<EventOverview>>
}

export interface GuestFilter {
  readonly status?: GuestStatus | undefined
  /** The highest band of the guest's openings is this one. */
  readonly risk?: Band | undefined
  readonly checkedIn?: boolean | undefined
  readonly walkIn?: boolean | undefined
  /** Looked for in name, address, domain, phone and external reference, whatever the case and the accents. */
  readonly q?: string | undefined
}

export type GuestSort = 'name' | '-name' | 'created' | '-created' | 'risk' | '-risk'

export interface GuestListRequest extends PageRequest, GuestFilter {
  readonly sort: GuestSort
}

/** Counts of what the other filters leave, so that a tab shows the number of rows that it opens. */
export type GuestCounts = { all: number } & Record<GuestStatus, number>

/** What an import compares a row with. */
export interface GuestContact {
  readonly guestId: string
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly externalRef: string | null
  readonly plusOnesAllowed: number
  readonly utmSource: string | null
  /** Id of the command that changed the details last; null while they are those of the invitation. */
  readonly changedBy: string | null
}

export interface ContactKeys {
  /** Compared without regard to case. */
  readonly emails?: readonly string[]
  /** E.164. */
  readonly phones?: readonly string[]
  readonly externalRefs?: readonly string[]
}

/** A guest as the sending of invitations sees it. */
export interface Recipient extends GuestContact {
  readonly linkVersion: number
  readonly linkRevoked: boolean
  readonly invitation: {
    readonly channel: Channel | null
    readonly state: 'none' | 'queued' | 'sent' | 'failed'
  }
}

export interface GuestQueries {
  /** @throws DomainError `invalid_cursor` */
  list(eventId: string, request: GuestListRequest): Promise<Page<GuestView> & { counts: GuestCounts }>
  /** Null for a guest who is not on the list, or of another event. */
  find(eventId: string, guestId: string): Promise<GuestView | null>
  /** Guests on the list that share an address, number or reference with the keys. */
  findByContact(eventId: string, keys: ContactKeys): Promise<GuestContact[]>
  /** Everybody on the list with the version of their link: what their passes are derived from. */
  listLinks(eventId: string): Promise<{ guestId: string; linkVersion: number }[]>
  /**
   * Guests to invite. With `guestIds` exactly those that are on the list; without, everybody who was not sent an
   * invitation yet (none queued or sent), with an address or without.
   */
  recipients(eventId: string, guestIds?: readonly string[]): Promise<Recipient[]>
  /** Everybody on the list who was ever invited, with the command that queued the latest invitation. */
  latestInvitations(eventId: string): Promise<{ guestId: string; commandId: string }[]>
}

export interface RsvpRecord {
  readonly guestId: string
  readonly answer: Answer
  readonly status: RsvpStatus
  /** People, the guest included; 0 when declined. */
  readonly partySize: number
  readonly plusOneNames: string[]
  readonly note: string | null
  /** ISO 8601, of the latest answer. */
  readonly answeredAt: string
  /** Place on the waitlist from 1, null when not waiting. */
  readonly waitlistPlace: number | null
}

export interface RsvpTotals {
  readonly confirmedParties: number
  readonly confirmedPeople: number
  readonly waitlistedParties: number
  readonly waitlistedPeople: number
  readonly declined: number
  readonly maybe: number
}

export interface RsvpQueries {
  find(eventId: string, guestId: string): Promise<RsvpRecord | null>
  /** In the order in which seats will be given out. */
  waitlist(eventId: string): Promise<RsvpRecord[]>
  totals(eventId: string): Promise<RsvpTotals>
}

export interface ActivityRequest extends PageRequest {
  readonly guest?: string | undefined
  /** Only flagged openings that nobody has judged. */
  readonly awaiting?: 'verdict' | undefined
}

export interface ActivityPage extends Page<ActivityItem> {
  /** Where to connect the live feed. */
  readonly head: string
  /** Of `awaiting`: how many there are on all pages. */
  readonly waiting?: number
}

export interface ActivityQueries {
  /** What happened, the newest first. @throws DomainError `invalid_cursor` */
  page(eventId: string, request: ActivityRequest): Promise<ActivityPage>
  /**
   * Items that are new or changed after a position, in log order: an opening that was scored late comes again.
   * @param limit most items; as many as that means that there may be more
   */
  after(eventId: string, position: Position, limit: number): Promise<ActivityItem[]>
  /** The guest whose opening this is, null when it is none of this event. */
  guestOfOpening(eventId: string, attemptId: string): Promise<string | null>
  /** Openings with a verdict, the latest verdict first. @throws DomainError `invalid_cursor` */
  verdicts(eventId: string, request: PageRequest): Promise<Page<FeedbackItem>>
}

export interface CheckInRecord {
  readonly checkInId: string
  readonly guestId: string
  readonly arrivalCount: number
  readonly gate: string
  readonly deviceId: string
  /** ISO 8601; `scannedAt` by the device's clock, `at` by the server's. */
  readonly scannedAt: string
  readonly at: string
  readonly offline: boolean
  readonly undone: boolean
}

export interface MissingGuest {
  readonly guest: { readonly id: string; readonly name: string | null }
  /** People of the party. */
  readonly expected: number
  readonly arrived: number
}

export interface ArrivalQueries {
  view(eventId: string): Promise<z.infer<typeof arrivals>>
  /** Parties with a seat that are not all here, by name. @throws DomainError `invalid_cursor` */
  missing(eventId: string, page: PageRequest): Promise<Page<MissingGuest>>
  findCheckIn(eventId: string, checkInId: string): Promise<CheckInRecord | null>
  /** In the order in which they happened. */
  ofGuest(eventId: string, guestId: string): Promise<CheckInRecord[]>
}

/** A guest as a device at the door is told of them. */
export interface DoorGuest {
  readonly guestId: string
  readonly listed: boolean
  readonly name: string | null
  readonly passVersion: number
  readonly passRevoked: boolean
  readonly risk: Band | null
  /** People with a seat, null without one. */
  readonly expected: number | null
  readonly companions: readonly string[]
  readonly arrived: number
  readonly lastArrival: { at: string; gate: string; deviceId: string; count: number } | null
  /** The latest time that staff sent the party away, null when somebody of it came in since. */
  readonly turnedAway: z.infer<typeof turnedAway> | null
  /** Null while the guest has not answered. */
  readonly answered: RsvpStatus | null
}

export interface ManifestPage {
  readonly guests: readonly DoorGuest[]
  /** What to ask for next; guests may come again, none is missed. */
  readonly cursor: Position
  /** There is more after the cursor already. */
  readonly more: boolean
  /** Guests of the event in all. */
  readonly total: number
  /** `since` is after what was ever applied: it is of another log, or of tables to come. */
  readonly ahead: boolean
}

export interface DoorQueries {
  /** Guests that changed after a position, in the order of their last change. */
  manifest(eventId: string, since: Position, limit: number): Promise<ManifestPage>
  /**
   * Guests on the list with these letters in their name or in one of their party, whatever the case and the accents; by name.
   */
  search(eventId: string, q: string, limit: number): Promise<DoorGuest[]>
  /** Every ticket with the devices that used it, the newest first. */
  tickets(eventId: string): Promise<z.infer<typeof scannerTicketList>['items']>
}

export interface ScoredGuests extends Page<{
  readonly guestId: string
  /** The worst score of the guest's openings. */
  readonly score: number
  /** Null once forgotten. */
  readonly name: string | null
}> {
  /** On all pages together. */
  readonly total: number
}

/** What previews of the thresholds of one event are answered from, whether kept up to date or replayed. */
export interface PreviewSource {
  readonly picture: Picture
  /** Guests on the list whose worst score is one of these, the worst first. @throws DomainError `invalid_cursor` */
  guests(scores: readonly number[], page: PageRequest): Promise<ScoredGuests>
}

/** All that is kept for the previews of an event, and up to which position of the log. */
export interface PreviewSnapshot {
  readonly position: Position
  /** From here on facts of the event wait, because one could not be applied; null when nothing waits. */
  readonly parkedSince: Position | null
  readonly picture: Picture
  /** By id of the guest. */
  readonly guests: Readonly<Record<string, GuestScores>>
}

export interface PreviewQueries {
  read(eventId: string): Promise<PreviewSource>
  /** Names of today, null for who was forgotten; guests that are not known are left out. */
  names(eventId: string, guestIds: readonly string[]): Promise<ReadonlyMap<string, string | null>>
  snapshot(eventId: string): Promise<PreviewSnapshot>
}

export interface ReadModelQueries {
  readonly events: EventQueries
  readonly guests: GuestQueries
  readonly rsvps: RsvpQueries
  readonly activity: ActivityQueries
  readonly arrivals: ArrivalQueries
  readonly door: DoorQueries
  readonly preview: PreviewQueries
}
