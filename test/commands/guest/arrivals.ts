import type { CheckIn, GuestCommand, Scan } from '../../../src/commands/guest/commands.ts'
import type { Refusal } from '../../../src/commands/guest/state.ts'
import { checkIn, scan } from './scenario.ts'

/** The fact of an arrival. @param counted of them, when not all are */
export const admitted = (change: Partial<CheckIn & Scan> = {}, counted?: number) => {
  const { checkInId, arrivalCount, via, scan } = checkIn(change)
  return {
    type: 'GuestCheckedIn',
    data: { checkInId, arrivalCount, counted: counted ?? arrivalCount, via, ...scan },
  } as const
}

/** The fact of a scan that let nobody in. */
export const refused = (reason: Refusal, nonce = 'n1') => ({
  type: 'CheckInRefused' as const,
  data: { reason, ...scan, nonce },
})

/** What a conflict says of an arrival. */
export const involved = (change: Partial<CheckIn & Scan>) => {
  const {
    checkInId,
    arrivalCount: count,
    scan: { gate, deviceId, scannedAt },
  } = checkIn(change)
  return { checkInId, gate, deviceId, scannedAt, count }
}

/** @param at milliseconds since the epoch */
export const undo = (at: number, mayUndoLate = false, checkInId = 'c1'): GuestCommand => ({
  kind: 'undo_check_in',
  checkInId,
  at,
  mayUndoLate,
})
