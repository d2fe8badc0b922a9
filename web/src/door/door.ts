import type { CheckInAnswer, CheckInPreview, StrangerReason, TurnAwayReason } from '@contracts/door.ts'
import type { Scan } from './scan.ts'

/** Whom a scan leads to. */
export type Finding =
  | {
      readonly kind: 'guest'
      readonly preview: CheckInPreview
      readonly alone: boolean
      /** The pass is genuine, and this device does not have the guest yet: how many they are nobody knows here. */
      readonly unlisted?: boolean
    }
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

/** This device cannot say whom something belongs to: it has only a part of the guest list. */
export class PartialList extends Error {
  constructor() {
    super('this device has only a part of the guest list')
    this.name = 'PartialList'
  }
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
