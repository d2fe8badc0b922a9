import { z } from 'zod'
import { band, id, page, pageQuery, thresholds } from './common.ts'

/** Taken as text, so that whatever else a query can hold is answered with a sentence about thresholds. */
const boundary = z.string().max(40).default('').meta({ description: 'A whole number from 0 to 100.' })

export const previewQuery = z.strictObject({
  medium: boundary,
  high: boundary,
  block: boundary,
  /** `replay` counts from the stream again instead of reading what is kept; the answer is the same. */
  source: z.enum(['fold', 'replay']).default('fold'),
  /** `guests.nextCursor` of the answer before, for the same thresholds. */
  cursor: pageQuery.shape.cursor,
})

const counts = z.object({ low: z.int(), medium: z.int(), high: z.int(), block: z.int() })

/** Agreement with the host's verdicts; an opening in the high band or above is flagged. */
const fit = z.object({
  caught: z.int(),
  missed: z.int(),
  falseAlarms: z.int(),
  wronglyBlocked: z.int(),
  /** Shares from 0 to 1; null where there is nothing to take a share of. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
})

const suggestion = z.object({
  thresholds,
  fit,
  /** Verdicts that it rests on. */
  legitimate: z.int(),
  suspicious: z.int(),
  /** Share of legitimate openings that would be flagged; and at most, with 95 % confidence. */
  falseAlarmRate: z.number(),
  falseAlarmRateAtMost: z.number(),
  sentence: z.string(),
})

export const preview = z
  .object({
    /** All openings so far under the event's thresholds of today, whatever they were when each was decided. */
    current: z.object({ thresholds, version: z.int(), counts, fit }),
    proposed: z.object({ thresholds, counts, fit }),
    moved: z.array(z.object({ from: band, to: band, count: z.int() })),
    /** Where the proposal puts the scored openings that the host has judged. */
    verdicts: z.object({ legitimate: counts, suspicious: counts }),
    /** Openings with a score: the sum of the counts. */
    total: z.int(),
    /** Openings whose score is still to come, and those from trusted networks, which have none. */
    unscored: z.int(),
    allowlisted: z.int(),
    /** Guests whose worst opening would be in another band, the worst first. */
    guests: page(z.object({ id, name: z.string().nullable(), from: band, to: band, score: z.int() })).extend({
      total: z.int(),
    }),
    /** Null with fewer than ten verdicts of each kind, and when nothing would be better. */
    suggestion: suggestion.nullable(),
    /** Positions of the first and the last fact that it counts; null before the first. */
    range: z.object({ from: z.string().nullable(), to: z.string().nullable() }),
    /** Rule sets that the latest scores are by. */
    rules: z.array(z.object({ id: z.string(), openings: z.int() })),
    source: z.enum(['fold', 'replay']),
  })
  .meta({ id: 'ThresholdsPreview' })
export type ThresholdsPreview = z.infer<typeof preview>
