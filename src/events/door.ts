import { z } from 'zod'
import { plainFact, type HappenedOf, type NewFactOf } from './fact.ts'

/** Facts of `event.<eventId>-door`: what happened at the door and was about no guest. */
export const doorFacts = [
  /** Somebody showed what leads to no guest of the event. Bounded, so that nobody can fill the log from a gate. */
  plainFact(
    'ScanRefused',
    z.strictObject({
      reason: z.enum(['pass_unknown', 'pass_unreadable', 'pass_forged', 'pass_other_event']),
      gate: z.string(),
      ticketId: z.string(),
      /** Null when the device did not say. */
      deviceId: z.string().nullable(),
      /** Keyed, so that the same text is noticed and no pass can be found from it. */
      scanId: z.string(),
      /** By the device's clock, null when it did not say. */
      scannedAt: z.iso.datetime().nullable(),
      offline: z.boolean(),
      /** The last one of this hour that is recorded; there may have been more. */
      last: z.boolean(),
    }),
  ),
  /** A device used a ticket; once for some time. */
  plainFact('ScannerDeviceSeen', z.strictObject({ ticketId: z.string(), deviceId: z.string() })),
] as const

export type NewDoorFact = NewFactOf<(typeof doorFacts)[number]>
export type DoorHappened = HappenedOf<(typeof doorFacts)[number]>
