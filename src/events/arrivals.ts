import { z } from 'zod'
import { personalFact, plainFact } from './fact.ts'
import { ofGuest } from './guest-subject.ts'

const refusal = z.enum([
  'not_attending',
  'removed',
  'party_complete',
  'event_not_open',
  'pass_revoked',
  'pass_expired',
])

/** Which scan at the door it was. */
const scan = {
  gate: z.string(),
  /** Null before tickets were recorded. */
  ticketId: z.string().nullable(),
  deviceId: z.string(),
  /** Made by the device for one scan; the same nonce again is the same scan. */
  nonce: z.string(),
  /** By the device's clock. */
  scannedAt: z.iso.datetime(),
  /** The device decided by itself, and told us later. */
  offline: z.boolean(),
}

/** Facts of a guest's stream that are told at the door, or about it. */
export const arrivalFacts = [
  plainFact(
    'GuestCheckedIn',
    z.strictObject({
      checkInId: z.string(),
      /** People who came in with this scan, as the gate says. */
      arrivalCount: z.int(),
      /** Those of them who were not counted with another arrival already. */
      counted: z.int(),
      ...scan,
      via: z.enum(['pass', 'code', 'name', 'walk_in']),
    }),
    {
      version: 2,
      upcasters: {
        1: (data) => ({ ...data, counted: data['arrivalCount'], ticketId: null, via: 'code' }),
      },
    },
  ),
  /** They are inside and should not have been let in: the host is told. Comes with the arrival `checkInId`. */
  plainFact(
    'CheckInConflicted',
    z.strictObject({
      checkInId: z.string(),
      kind: z.enum(['admitted_twice', 'more_than_expected', 'not_admissible']),
      /** What the device would have been told, null when nothing was against it. */
      refusal: refusal.nullable(),
      /** People with a seat by then. */
      expected: z.int(),
      /** All arrivals it is about, this one last. */
      arrivals: z.array(
        z.strictObject({
          checkInId: z.string(),
          gate: z.string(),
          deviceId: z.string(),
          scannedAt: z.iso.datetime(),
          count: z.int(),
        }),
      ),
    }),
  ),
  /** The host looked into the conflict of the arrival `checkInId`: it is open no more. */
  plainFact(
    'CheckInConflictSettled',
    z.strictObject({
      checkInId: z.string(),
      /** `left_as_is`: what was recorded is right, or does not matter. Nobody is counted differently. */
      how: z.enum(['left_as_is']),
    }),
  ),
  /** The host takes that back: the conflict is open again, as far as nothing else has settled it. */
  plainFact('CheckInConflictReopened', z.strictObject({ checkInId: z.string() })),
  plainFact('CheckInRefused', z.strictObject({ reason: refusal, ...scan }), {
    version: 2,
    upcasters: { 1: (data) => ({ ...data, ticketId: null, offline: false }) },
  }),
  /** Staff sent somebody away who could have entered. */
  personalFact(
    'GuestTurnedAway',
    z.strictObject({
      reason: z.enum(['wrong_person', 'no_identification', 'behaviour', 'other']),
      ...scan,
    }),
    z.strictObject({ note: z.string().nullable() }),
    ofGuest,
  ),
  plainFact(
    'CheckInUndone',
    z.strictObject({
      checkInId: z.string(),
      /** Other arrivals of the party that count for more now, because this one no longer does. */
      recounted: z.array(z.strictObject({ checkInId: z.string(), counted: z.int() })),
    }),
    { version: 2, upcasters: { 1: (data) => ({ ...data, recounted: [] }) } },
  ),
] as const
