import type { BatchAnswer } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview, StrangerReason, TurnAwayReason } from '@contracts/door.ts'
import type { Undoable } from './door.ts'
import type { Scan } from './scan.ts'
import type { UnrecordedArrival } from './scans.ts'

/** Why a call did not succeed, in the terms of the door. */
export type DoorTrouble =
  | { kind: 'offline' }
  | { kind: 'wait' }
  | { kind: 'server' }
  /** This device can keep nothing: its storage is full, switched off or gone. */
  | { kind: 'storage' }
  /** This device has only a part of the guest list, and cannot say. */
  | { kind: 'partial' }
  /** The ticket ran out or was withdrawn: nothing works until there is a new one. */
  | { kind: 'ticket' }
  | { kind: 'refused'; detail: string }

/**
 * What lies on the desk: at most one guest at a time. `alone` is what this device decided without the
 * server; `later`, what it decided so and has sent since.
 */
export type Desk =
  | { kind: 'ready' }
  | { kind: 'looking'; scan: Scan }
  | {
      kind: 'found'
      scan: Scan
      preview: CheckInPreview
      alone: boolean
      trouble: DoorTrouble | null
      /** See `Finding`. */
      unlisted?: boolean
    }
  | { kind: 'stranger'; scan: Scan; reason: StrangerReason; alone: boolean }
  | { kind: 'recording'; name: string | null }
  | { kind: 'unrecorded'; arrival: UnrecordedArrival }
  | { kind: 'done'; scan: Scan; answer: CheckInAnswer; count: number; alone: boolean; later?: boolean }
  | { kind: 'turned_away'; scan: Scan; name: string | null; reason: TurnAwayReason }
  /** The server does not add them, and says why. */
  | { kind: 'not_added'; scan: Scan; name: string; detail: string }
  /** With an arrival, it was that which did not succeed. */
  | { kind: 'trouble'; scan: Scan; trouble: DoorTrouble; arrival?: UnrecordedArrival }

/** How an outcome looks, sounds and feels: one of five, told apart by colour, word and sign. */
export type Signal = 'go' | 'queued' | 'inside' | 'stop' | 'ask'

/** @returns the signal to show over the full width, null while there is nothing to say yet */
export function signalOf(desk: Desk): Signal | null {
  switch (desk.kind) {
    case 'done':
      return desk.alone ? 'queued' : signals[desk.answer.result]
    case 'found':
      if (desk.preview.refusal === null) return desk.unlisted === true ? 'ask' : null
      return desk.preview.refusal === 'party_complete' ? 'inside' : 'stop'
    case 'stranger':
    case 'turned_away':
    case 'not_added':
      return 'stop'
    case 'unrecorded':
    case 'trouble':
      return 'ask'
    case 'ready':
    case 'looking':
    case 'recording':
      return null
  }
}

const signals: Record<CheckInAnswer['result'], Signal> = {
  admitted: 'go',
  already_admitted: 'inside',
  refused: 'stop',
  conflict: 'ask',
}

/** What the server said of a scan that had waited on this device. */
export type SentAnswer = BatchAnswer['items'][number]

/** @returns what the server made of an arrival that waited, null while it does not have it */
function resultOf({ status, result }: SentAnswer): CheckInAnswer['result'] | null {
  if (status === 'retry') return null
  if (status === 'rejected') return 'refused'
  return status === 'conflict' || result === 'conflict' ? 'conflict' : 'admitted'
}

/** @returns the desk after a scan was sent: an arrival that waited on it waits no more */
export function deskOnceSent(desk: Desk, nonce: string, sent: SentAnswer): Desk {
  const result = resultOf(sent)
  if (desk.kind !== 'done' || !desk.alone || desk.scan.nonce !== nonce || result === null) return desk
  const reason = sent.detail ?? sent.reason
  const { checkInId, refusal } = sent
  const answer = { ...desk.answer, result, reason, checkInId, refusal }
  return { ...desk, alone: false, later: true, answer }
}

/** @returns the line of a scan after it was sent */
export function recentOnceSent(line: RecentScan, sent: SentAnswer): RecentScan {
  const result = resultOf(sent)
  if (line.signal !== 'queued' || result === null) return line
  const count = result === 'refused' ? 0 : line.count
  return { ...line, signal: signals[result], count, checkInId: sent.checkInId }
}

/** Whether a decision is being waited for, so that a code in sight of the camera must not take the guest off the desk. */
export const isDeciding = (desk: Desk): boolean =>
  desk.kind === 'looking' ||
  desk.kind === 'recording' ||
  desk.kind === 'unrecorded' ||
  (desk.kind === 'found' && desk.preview.refusal === null)

/** People of the party who have not come in yet. */
export const stillExpected = (party: CheckInPreview['party']): number =>
  Math.max(party.expected - party.arrived, 0)

/** How long an arrival can be taken back at the door; the server says the same. */
export const UNDO_MS = 60_000

/** A scan of this device that came to something. */
export interface RecentScan extends Undoable {
  readonly signal: Signal
  readonly name: string | null
  /** People who came in, 0 when nobody did. */
  readonly count: number
  /** When it was decided, milliseconds by this device's clock. */
  readonly at: number
  readonly undo: 'possible' | 'running' | 'done' | 'failed' | 'unheard'
  /** Why the undo failed; `unheard`: the server, which may have the arrival, did not answer. */
  readonly detail: string
}

const SHOWN = 5

/** Adds a scan at the front; one that is there already stays once. */
export const withRecent = (list: readonly RecentScan[], scan: RecentScan): readonly RecentScan[] =>
  [scan, ...list.filter(({ nonce }) => nonce !== scan.nonce)].slice(0, SHOWN)

/** @returns whole seconds in which the arrival can still be taken back, 0 when it cannot */
export function undoSeconds({ undo, at, count }: RecentScan, now: number): number {
  if (undo === 'done' || undo === 'running' || count === 0) return 0
  return Math.max(Math.ceil((at + UNDO_MS - now) / 1_000), 0)
}
