import { z } from 'zod'
import { band, id, line, page, thresholds } from './common.ts'

export const thresholdsBody = z.strictObject({
  medium: z.number('is not a number'),
  high: z.number('is not a number'),
  block: z.number('is not a number'),
})

export const thresholdsView = thresholds.extend({
  defaults: thresholds,
  /** How often they changed; every score says under which version it was banded. */
  version: z.int(),
})
export type ThresholdsView = z.infer<typeof thresholdsView>

export const allowNetworkBody = z.strictObject({
  cidr: z.string().max(64, 'is longer than 64 characters'),
  note: line(200).nullish(),
})
export const disallowNetworkQuery = z.strictObject({ cidr: z.string().max(64) })
export const allowedNetwork = z
  .object({ id, cidr: z.string(), note: z.string().nullable(), addedAt: z.string() })
  .meta({ id: 'AllowedNetwork' })
export type AllowedNetworkView = z.infer<typeof allowedNetwork>
export const allowlist = z.object({ items: z.array(allowedNetwork) })

export const verdict = z.enum(['legitimate', 'suspicious'])
export const feedbackBody = z.strictObject({ verdict, note: line(500).nullish() })
export const feedbackItem = z
  .object({
    attemptId: id,
    guest: z.object({ id, name: z.string().nullable() }),
    /** Null where the host took it back. */
    verdict: verdict.nullable(),
    note: z.string().nullable(),
    /** When the opening happened, and when the host said what it was, or took it back. */
    openedAt: z.string(),
    at: z.string(),
    by: z.string(),
    score: z.int().nullable(),
    band: band.nullable(),
    /** Earlier verdicts on the same opening, the latest first. */
    history: z.array(z.object({ verdict: verdict.nullable(), at: z.string(), by: z.string() })),
  })
  .meta({ id: 'Feedback' })
export type FeedbackItem = z.infer<typeof feedbackItem>
export const feedbackList = page(feedbackItem)
export const feedbackAnswer = z.object({ attemptId: id, verdict })

export const stepUp = z.strictObject({ high: z.boolean(), blocked: z.boolean() })
