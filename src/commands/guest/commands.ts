import type { Channel, Place } from '../../events/guest.ts'
import type { Thresholds } from '../../scoring/bands.ts'
import type { Fingerprint } from '../../scoring/fingerprint.ts'
import type { Score } from '../../scoring/score.ts'
import type { RulesInForce } from '../rules/active.ts'

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

export interface CheckIn {
  readonly kind: 'check_in'
  readonly checkInId: string
  readonly arrivalCount: number
  readonly gate: string
  readonly deviceId: string
  readonly nonce: string
  /** ISO 8601, by the device. */
  readonly scannedAt: string
  /** The device let them in before it could ask: recorded whatever the rules say. */
  readonly offline: boolean
  /** Looked up: people with a seat, null when the party has none. */
  readonly expected: number | null
  /** Looked up: whether the doors of the event can be open. */
  readonly doorsOpen: boolean
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
  | { readonly kind: 'queue_invitation'; readonly messageId: string; readonly channel: Channel }
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
  /** `at` in milliseconds; `mayUndoLate` for an owner or editor. */
  | {
      readonly kind: 'undo_check_in'
      readonly checkInId: string
      readonly at: number
      readonly mayUndoLate: boolean
    }
