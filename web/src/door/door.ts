import type { CheckInAnswer, CheckInPreview, StrangerReason, TurnAwayReason } from '@contracts/door.ts'
import type { Scan } from './scan.ts'

/** Whom a scan leads to. */
export type Finding =
  | { readonly kind: 'guest'; readonly preview: CheckInPreview; readonly alone: boolean }
  /** Nobody of this event. */
  | { readonly kind: 'stranger'; readonly reason: StrangerReason; readonly alone: boolean }

/** What an arrival came to. */
export interface Admission {
  readonly answer: CheckInAnswer
  /** Decided by this device; it waits to be sent. */
  readonly alone: boolean
}

/** What an undo names: the scan while it waits, the arrival once the server knows it. */
export interface Undoable {
  readonly nonce: string
  readonly checkInId: string | null
}

/**
 * Who lets guests in: the server alone (dashboard), or the server with this device in its place when there is no answer.
 * Every method throws what the call threw when nobody could decide.
 */
export interface Door {
  find: (scan: Scan) => Promise<Finding>
  admit: (scan: Scan, preview: CheckInPreview, count: number) => Promise<Admission>
  turnAway: (scan: Scan, preview: CheckInPreview, reason: TurnAwayReason) => Promise<void>
  undo: (arrival: Undoable) => Promise<void>
  search: (text: string) => Promise<readonly CheckInPreview[]>
  walkIn: (scan: Scan, name: string, count: number) => Promise<Admission>
}
