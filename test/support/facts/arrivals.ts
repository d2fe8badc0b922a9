import { aCheckInId, aTicketId } from './ids.ts'
import type { Data, InStream } from './step.ts'

const scanOf = (nonce: string) => ({
  gate: 'Main entrance',
  ticketId: aTicketId(),
  deviceId: 'door-1',
  nonce,
  scannedAt: '2026-06-01T19:00:00Z',
  offline: false,
})

/** Scans of a guest's pass. */
export function arrivalSteps(step: InStream) {
  return {
    checkedIn: (
      checkIn = 0,
      arrivalCount = 1,
      gate = 'Main entrance',
      data: Partial<Data<'GuestCheckedIn'>> = {},
    ) =>
      step({
        type: 'GuestCheckedIn',
        data: {
          checkInId: aCheckInId(checkIn),
          arrivalCount,
          counted: arrivalCount,
          via: 'pass',
          ...scanOf(`nonce-${String(checkIn)}`),
          gate,
          ...data,
        },
      }),
    refused: (reason: Data<'CheckInRefused'>['reason'] = 'not_attending') =>
      step({
        type: 'CheckInRefused',
        data: {
          reason,
          ...scanOf('nonce-refused'),
        },
      }),
    turnedAway: (note: string | null = null) =>
      step({
        type: 'GuestTurnedAway',
        data: { reason: 'wrong_person', ...scanOf('nonce-away') },
        personal: { note },
      }),
    conflicted: (data: Partial<Data<'CheckInConflicted'>> & Pick<Data<'CheckInConflicted'>, 'checkInId'>) =>
      step({
        type: 'CheckInConflicted',
        data: { kind: 'admitted_twice', refusal: null, expected: 2, arrivals: [], ...data },
      }),
    settled: (checkIn = 0) =>
      step({ type: 'CheckInConflictSettled', data: { checkInId: aCheckInId(checkIn), how: 'left_as_is' } }),
    reopened: (checkIn = 0) =>
      step({ type: 'CheckInConflictReopened', data: { checkInId: aCheckInId(checkIn) } }),
    undone: (checkIn = 0, recounted: Data<'CheckInUndone'>['recounted'] = []) =>
      step({ type: 'CheckInUndone', data: { checkInId: aCheckInId(checkIn), recounted } }),
  }
}
