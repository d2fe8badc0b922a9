import type { Channel, Place } from '../../events/guest.ts'
import type { Thresholds } from '../../scoring/bands.ts'
import type { Fingerprint } from '../../scoring/fingerprint.ts'
import type { Score } from '../../scoring/score.ts'
import type { RulesInForce } from '../rules/active.ts'
import type { Refusal } from './state.ts'

export interface NewContact {
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly externalRef: string | null
}

export interface Invite extends NewContact {
  readonly kind: 'invite'
  readonly plusOnesAllowed: number
  readonly utmSource: string | null
  readonly batchId: string | null
}

export interface ChangeDetails {
  readonly kind: 'change_details'
  readonly changes: Partial<NewContact & { plusOnesAllowed: number; utmSource: string | null }>
  /** The count of changes that the editor saw, null when any will do. */
  readonly ifChanges: number | null
}

export interface QueueInvitation {
  readonly kind: 'queue_invitation'
  readonly messageId: string
  readonly channel: Channel
  /** The guest was not chosen by name, but for having no invitation yet: whoever asks second queues nothing. */
  readonly onlyIfNone: boolean
}

/** What an opening is judged by: the rules of the installation and the settings of the event. */
export interface Policy extends RulesInForce {
  readonly thresholds: Thresholds
  readonly thresholdsVersion: number
  /** Whether an opening in the high band, and one that is blocked, may go on with a code. */
  readonly stepUp: { readonly high: boolean; readonly blocked: boolean }
}

/** The guest's gesture. Everything that was looked up comes along. */
export interface Open {
  readonly kind: 'open'
  readonly attemptId: string
  /** Of the link that was used. */
  readonly linkVersion: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly ip: string | null
  readonly userAgent: string | null
  readonly fingerprint: Fingerprint | null
  /** `late`: not known within the budget, so that the score has to follow. */
  readonly place: Place | null | 'late'
  readonly policy: Policy
  /** The entry of the host's list of trusted networks that the address is in, null when in none. */
  readonly allowedBy: string | null
}

/** Scores an attempt that went on unscored. */
export interface ScoreLate {
  readonly kind: 'score_late'
  readonly attemptId: string
  readonly place: Place | null
  readonly policy: Policy
}

/** Which scan it was; what is recorded of it. */
export interface Scan {
  readonly gate: string
  readonly ticketId: string
  readonly deviceId: string
  readonly nonce: string
  /** ISO 8601, by the device. */
  readonly scannedAt: string
  /** The device let them in, or sent them away, before it could ask. */
  readonly offline: boolean
}

/** What decides whether somebody may enter; all of it looked up. */
export interface ScanSubject {
  /** People with a seat, null when the party has none. */
  readonly expected: number | null
  /** Whether the doors of the event can be open. */
  readonly doorsOpen: boolean
  /** Of the pass or code that was shown, null for a guest who was found by name. */
  readonly passVersion: number | null
  readonly passExpired: boolean
}

export interface CheckIn extends ScanSubject {
  readonly kind: 'check_in'
  readonly checkInId: string
  readonly arrivalCount: number
  readonly via: 'pass' | 'code' | 'name' | 'walk_in'
  /** Of an offline scan: how many of the party the device knew to be inside; null for those it let in itself. */
  readonly arrivedBefore: number | null
  readonly scan: Scan
  /** Milliseconds since the epoch. */
  readonly at: number
}

export type TouchKind = 'page' | 'prefetch' | 'unfurl' | 'scanner'

/** The host says what is known of an opening. */
export interface GiveVerdict {
  readonly kind: 'give_verdict'
  readonly attemptId: string
  readonly verdict: 'legitimate' | 'suspicious'
  readonly note: string | null
}

/** The host takes back what was said of an opening. */
interface WithdrawVerdict {
  readonly kind: 'withdraw_verdict'
  readonly attemptId: string
}

/** What a rule set says of an opening that has a score. */
export interface Rescore {
  readonly kind: 'rescore'
  readonly attemptId: string
  readonly score: Score
  readonly thresholds: Thresholds
  readonly thresholdsVersion: number
}

export interface RequestStepUp {
  readonly kind: 'request_step_up'
  readonly attemptId: string
  readonly challengeId: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly stepUp: Policy['stepUp']
}

export interface AnswerStepUp {
  readonly kind: 'answer_step_up'
  readonly attemptId: string
  /** The challenge that the code was compared with, null when none was open. */
  readonly challengeId: string | null
  readonly at: number
  /** Looked up: whether the code is the one that was sent. */
  readonly right: boolean
}

export type GuestCommand =
  | Invite
  | ChangeDetails
  | { readonly kind: 'remove' }
  | { readonly kind: 'forget' }
  | { readonly kind: 'issue_link' }
  | { readonly kind: 'revoke_link' }
  | QueueInvitation
  | { readonly kind: 'record_sent'; readonly messageId: string }
  | { readonly kind: 'record_failed'; readonly messageId: string; readonly reason: string }
  | {
      readonly kind: 'touch'
      readonly touch: TouchKind
      readonly at: number
      readonly linkVersion: number
      readonly ip: string | null
      readonly userAgent: string | null
    }
  | Open
  | ScoreLate
  | GiveVerdict
  | WithdrawVerdict
  | Rescore
  | RequestStepUp
  | AnswerStepUp
  | CheckIn
  /** `said`: why, when a device decided it by itself; null to find out. */
  | (ScanSubject & {
      readonly kind: 'refuse_scan'
      readonly said: Refusal | null
      readonly scan: Scan
      readonly at: number
    })
  | {
      readonly kind: 'turn_away'
      readonly reason: 'wrong_person' | 'no_identification' | 'behaviour' | 'other'
      readonly note: string | null
      readonly scan: Scan
      readonly at: number
    }
  /** `at` in milliseconds; `mayUndoLate` for an owner or editor. */
  | {
      readonly kind: 'undo_check_in'
      readonly checkInId: string
      readonly at: number
      readonly mayUndoLate: boolean
    }
  /** The conflict that the arrival `checkInId` made. */
  | { readonly kind: 'settle_conflict' | 'reopen_conflict'; readonly checkInId: string }
