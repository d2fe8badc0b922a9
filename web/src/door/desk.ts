import type { CheckInAnswer, CheckInPreview } from '@contracts/door.ts'
import type { Scan, UnrecordedArrival } from './scans.ts'

/** Why a call did not succeed, in the terms of the door. */
export type DoorTrouble =
  | { kind: 'unknown_code' }
  | { kind: 'offline' }
  | { kind: 'wait' }
  | { kind: 'server' }
  /** The ticket ran out or was withdrawn: nothing works until there is a new one. */
  | { kind: 'ticket' }
  | { kind: 'refused'; detail: string }

/** What lies on the desk: at most one guest at a time. */
export type Desk =
  | { kind: 'ready' }
  | { kind: 'looking'; code: string }
  | { kind: 'found'; scan: Scan; preview: CheckInPreview; trouble: DoorTrouble | null }
  | { kind: 'recording'; scan: Scan; preview: CheckInPreview | null; name: string | null }
  | { kind: 'unrecorded'; arrival: UnrecordedArrival }
  | { kind: 'done'; scan: Scan; answer: CheckInAnswer; count: number }
  | { kind: 'trouble'; code: string; trouble: DoorTrouble }

/** How an outcome looks, sounds and feels: one of four, told apart by colour, word and sign. */
export type Signal = 'go' | 'inside' | 'stop' | 'ask'

/** @returns the signal to show over the full width, null while there is nothing to say yet */
export function signalOf(desk: Desk): Signal | null {
  switch (desk.kind) {
    case 'done':
      return signals[desk.answer.result]
    case 'found':
      if (desk.preview.refusal === null) return null
      return desk.preview.refusal === 'party_complete' ? 'inside' : 'stop'
    case 'unrecorded':
      return 'ask'
    case 'trouble':
      return desk.trouble.kind === 'unknown_code' ? 'stop' : 'ask'
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

/** People of the party who have not come in yet. */
export const stillExpected = (party: CheckInPreview['party']): number =>
  Math.max(party.expected - party.arrived, 0)

/** How long an arrival can be taken back at the door; the server says the same. */
export const UNDO_MS = 60_000

/** An arrival that this device recorded. */
export interface RecordedArrival {
  readonly checkInId: string
  readonly name: string | null
  readonly count: number
  /** When the answer came, milliseconds by this device's clock. */
  readonly at: number
  readonly undo: 'possible' | 'running' | 'done' | 'failed'
  /** Why the undo failed. */
  readonly detail: string
}

const SHOWN = 5

/** Adds an arrival at the front; one that is there already stays once. */
export const withRecorded = (
  list: readonly RecordedArrival[],
  arrival: RecordedArrival,
): readonly RecordedArrival[] =>
  [arrival, ...list.filter(({ checkInId }) => checkInId !== arrival.checkInId)].slice(0, SHOWN)

/** @returns whole seconds in which the arrival can still be taken back, 0 when it cannot */
export function undoSeconds(arrival: RecordedArrival, now: number): number {
  if (arrival.undo === 'done' || arrival.undo === 'running') return 0
  return Math.max(Math.ceil((arrival.at + UNDO_MS - now) / 1_000), 0)
}
