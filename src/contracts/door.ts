import { z } from 'zod'
import { band, id, instant, line } from './common.ts'

export const scannerTicketBody = z.strictObject({ gate: line(40).default('Main entrance') })
export const scannerTicket = z.object({
  ticket: z.string(),
  url: z.string(),
  qrSvg: z.string(),
  expiresAt: z.string(),
})

const code = z.string().trim().min(1).max(200)

export const checkInPreviewBody = z.strictObject({ code })

const party = z.object({ expected: z.int(), arrived: z.int(), names: z.array(z.string()) })

export const checkInPreview = z.object({
  guest: z.object({ id, name: z.string().nullable() }),
  party,
  risk: band.nullable(),
  /** Null when the party may enter. */
  refusal: z.enum(['not_attending', 'removed', 'party_complete', 'event_not_open']).nullable(),
  lastArrival: z.object({ at: z.string(), gate: z.string(), count: z.int() }).nullable(),
})
export type CheckInPreview = z.infer<typeof checkInPreview>

export const checkInBody = z.strictObject({
  code,
  arrivalCount: z.int().min(1, 'is less than 1').max(100, 'is more than 100').default(1),
  scannedAt: instant,
  deviceId: z.string().regex(/^[\w.-]{1,64}$/, 'takes letters, digits, dot, dash and underscore'),
  /** Made by the device for this scan; sent again, it is the same arrival. */
  nonce: z.string().regex(/^[\w.-]{8,64}$/, 'takes 8 to 64 letters, digits, dots, dashes and underscores'),
  offline: z.boolean().optional(),
})

export const checkInAnswer = z.object({
  result: z.enum(['admitted', 'already_admitted', 'refused', 'conflict']),
  checkInId: z.string().nullable(),
  reason: z.string().nullable(),
  guest: z.object({ id, name: z.string().nullable() }),
  party,
  lastArrival: checkInPreview.shape.lastArrival,
})
export type CheckInAnswer = z.infer<typeof checkInAnswer>

export const arrivals = z.object({
  expected: z.int(),
  arrived: z.int(),
  parties: z.object({ expected: z.int(), arrived: z.int() }),
  byGate: z.array(z.object({ gate: z.string(), arrived: z.int() })),
  lastAt: z.string().nullable(),
})
