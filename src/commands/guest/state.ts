import type { Band, Channel, NewGuestFact } from '../../events/guest.ts'
import type { Baseline } from '../../scoring/baseline.ts'
import type { Opening } from '../../scoring/opening.ts'
import type { BandedScore, Cleared, Tally } from '../../scoring/tally.ts'
import { happenedAt } from '../../events/scan-time.ts'
import type { Lesson } from './lessons.ts'

export interface Contact {
  /** Null once erased, as all that follows. */
  readonly name: string | null
  readonly email: string | null
  /** E.164. */
  readonly phone: string | null
  readonly externalRef: string | null
}

export interface Arrival {
  readonly checkInId: string
  readonly nonce: string
  /** People who came in, as the gate says. */
  readonly count: number
  readonly via: Extract<NewGuestFact, { type: 'GuestCheckedIn' }>['data']['via']
  /** Those of them who were not counted with another arrival. */
  readonly counted: number
  readonly gate: string
  readonly deviceId: string
  /** ISO 8601, by the device's clock. */
  readonly scannedAt: string
  /** A device let them in by itself. */
  readonly offline: boolean
  /** Why the host was told of it, null when nothing was wrong. */
  readonly conflict: ConflictKind | null
  /** What the device would have been told, where that was against it. */
  readonly refusal: Refusal | null
  /** The host has looked into that, and left it as it is. */
  readonly settled: boolean
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number
  readonly undone: boolean
}

export interface TurnedAway {
  readonly gate: string
  readonly reason: Extract<NewGuestFact, { type: 'GuestTurnedAway' }>['data']['reason']
  /** When it happened, milliseconds since the epoch. */
  readonly at: number
}

export type ConflictKind = Extract<NewGuestFact, { type: 'CheckInConflicted' }>['data']['kind']
export type Refusal = Extract<NewGuestFact, { type: 'CheckInRefused' }>['data']['reason']

/** An attempt that went on unscored, with what is needed to score it as if it had been scored then. */
export interface PendingAttempt {
  readonly baseline: Baseline
  readonly opening: Opening
  readonly ip: string | null
}

export interface Message {
  readonly channel: Channel
  readonly state: 'queued' | 'sent' | 'failed'
  /** Why no further try is made, of a failed one. */
  readonly error: string | null
  /** Of the link when it was queued. */
  readonly linkVersion: number
}

/** One opening of the link, and what is known of it. */
export interface Attempt {
  /** Of the link that was used. */
  readonly linkVersion: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** As the rules see it, with the place once that is known; what a verdict teaches. */
  readonly opening: Opening
  /** Null while unscored, and for one from a trusted network. */
  readonly score: { readonly ruleSet: string; readonly score: number; readonly band: Band } | null
  readonly decision: 'allowed' | 'blocked' | 'challenged'
  readonly verdict: 'legitimate' | 'suspicious' | null
  /** The host for its device, or a code that reached the guest: it is no risk unless the host says so. */
  readonly vouched: boolean
  /** What the host wrote with the verdict. */
  readonly note: string | null
  /** The latest code that was asked for this opening. */
  readonly challenge: { readonly challengeId: string; readonly at: number; readonly failures: number } | null
}

export interface InvitedGuest {
  readonly kind: 'invited'
  /** Null while on the list. */
  readonly gone: 'removed' | 'forgotten' | null
  readonly contact: Contact
  readonly plusOnesAllowed: number
  readonly utmSource: string | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  /** How often the details changed: the ETag of the guest. */
  readonly changes: number
  readonly link: { readonly version: number; readonly revoked: boolean }
  readonly messages: ReadonlyMap<string, Message>
  readonly baseline: Baseline
  /** What the baseline was learned from; the fold changes it, as the two maps below. */
  readonly lessons: Lesson[]
  readonly pending: Map<string, PendingAttempt>
  /**
   * Every opening so far by its id, in order. The limit on openings lets a link that leaked have 10,000 of them in a
   * week: the fold changes these two maps, for copying them at each fact took it 30 s.
   */
  readonly attempts: Map<string, Attempt>
  /** When the link was opened last, oldest first; as many as the limit on openings needs. */
  readonly recentOpenings: readonly number[]
  /** When codes were asked for last, oldest first; as many as the limit on codes needs. */
  readonly recentCodes: readonly number[]
  /** Unscored visits in the hour `hour` (hours since the epoch), by kind. */
  readonly touches: { readonly hour: number; readonly counts: Readonly<Record<string, number>> }
  /** The latest score of each opening. */
  readonly scores: Tally
  /** Those that are known to be the guest. */
  readonly cleared: Cleared
  /** The gravest of the others, null without any. */
  readonly risk: BandedScore | null
  readonly arrivals: readonly Arrival[]
  /** Of scans that were refused, by their nonce. */
  readonly refusals: ReadonlyMap<string, Refusal | 'turned_away'>
  /** The latest time that staff sent the party away, null before the first. */
  readonly turnedAway: TurnedAway | null
  /** When somebody was refused last, oldest first; as many as the limit on recorded refusals needs. */
  readonly recentRefusals: readonly number[]
  /** When staff sent the party away last, likewise. */
  readonly recentTurnAways: readonly number[]
}

export type GuestState = { readonly kind: 'missing' } | InvitedGuest

/** @returns the arrivals that were not undone, in the order in which they were recorded */
export function presentArrivals(guest: InvitedGuest): readonly Arrival[] {
  return guest.arrivals.filter((arrival) => !arrival.undone)
}

/** @returns people of the party who came in and were not taken back */
export function arrivedCount(guest: InvitedGuest): number {
  return presentArrivals(guest).reduce((sum, { counted }) => sum + counted, 0)
}

/** @returns when they came in, milliseconds since the epoch: an arrival without a connection is recorded later */
export const cameInAt = (arrival: Arrival): number => happenedAt({ at: arrival.at, data: arrival })

/** @returns the one of the arrivals that were not undone whose people came in last, whichever was recorded last */
export function lastArrival(guest: InvitedGuest): Arrival | null {
  return (
    presentArrivals(guest)
      .toSorted((one, other) => cameInAt(one) - cameInAt(other))
      .at(-1) ?? null
  )
}

/** @returns the latest time that staff sent the party away, null when somebody of it came in since */
export function standingRefusal(guest: InvitedGuest): TurnedAway | null {
  const { turnedAway } = guest
  if (turnedAway === null) return null
  const { at: since } = turnedAway
  return presentArrivals(guest).some((one) => cameInAt(one) >= since) ? null : turnedAway
}
