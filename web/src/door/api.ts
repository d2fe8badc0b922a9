import type { CheckInAnswer, CheckInPreview } from '@contracts/door.ts'
import { api, ApiProblem, unreachable } from '@shared/api/client.ts'
import type { DoorTrouble } from './desk.ts'
import { deviceId } from './device-id.ts'
import type { Scan } from './scans.ts'

/** A queue does not wait longer for an answer; a lost one can be sent again. */
const PATIENCE_MS = 8_000
const impatient = (bearer: string) => ({ bearer, signal: AbortSignal.timeout(PATIENCE_MS) })

/** Who a code belongs to, and whether they may enter; records nothing. */
export const previewCheckIn = (ticket: string, code: string): Promise<CheckInPreview> =>
  api.post('/check-in/preview', { code }, impatient(ticket))

/** Records that `count` people of the party came in. The same scan sent again is the same arrival. */
export const recordCheckIn = (ticket: string, scan: Scan, count: number): Promise<CheckInAnswer> =>
  api.post('/check-in', { ...scan, arrivalCount: count, deviceId: deviceId() }, impatient(ticket))

/** Takes a recorded arrival back. */
export const undoCheckIn = (ticket: string, checkInId: string): Promise<unknown> =>
  api.post(`/check-in/${encodeURIComponent(checkInId)}/undo`, undefined, impatient(ticket))

/** Puts anything a call throws into the terms of the door. */
export function troubleOf(thrown: unknown): DoorTrouble {
  if (!(thrown instanceof ApiProblem)) {
    return thrown instanceof DOMException ? { kind: 'offline' } : { kind: 'server' }
  }
  if (thrown.code === unreachable) return { kind: 'offline' }
  if (thrown.status === 401 || thrown.status === 403) return { kind: 'ticket' }
  if (thrown.status === 404) return { kind: 'unknown_code' }
  if (thrown.status === 429) return { kind: 'wait' }
  return thrown.status >= 500 ? { kind: 'server' } : { kind: 'refused', detail: thrown.problem.detail }
}
