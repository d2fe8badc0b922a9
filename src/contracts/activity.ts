import { z } from 'zod'
import { band, bandLabel, id, page, pageQuery } from './common.ts'

const person = z.object({ id, name: z.string().nullable() })

/** One line of the live monitor. `sentence` is what a host reads; the numbers are for those who look. */
export const activityItem = z
  .object({
    /** Of an opening: its attemptId. */
    id: z.string(),
    /** Decimal; positions are larger than JSON numbers are exact. */
    position: z.string(),
    kind: z.enum([
      'opening',
      'rsvp',
      'promotion',
      'check_in',
      'check_in_refused',
      'check_in_conflict',
      /** The host looked into one, or opened it again. */
      'check_in_conflict_settled',
      'check_in_undone',
    ]),
    at: z.string(),
    /** Of an arrival that a scanner sent later: when they came in; `at` is when it was sent. Null for everything else. */
    cameAt: z.string().nullable(),
    /** Null for what is about nobody on the list, such as a forged pass. */
    guest: person.nullable(),
    sentence: z.string(),
    score: z.int().nullable(),
    band: band.nullable(),
    label: z.union([bandLabel, z.literal('Unscored'), z.literal('Trusted network')]).nullable(),
    decision: z.enum(['allowed', 'blocked', 'challenged']).nullable(),
    ruleSet: z.string().nullable(),
    subScores: z.record(z.string(), z.number()).nullable(),
    /**
     * What each signal adds to the score, or takes from it, before that is rounded, capped and kept within 0 to 100. Null
     * where this release does not know the rules.
     */
    points: z.record(z.string(), z.number()).nullable(),
    reasons: z.array(z.string()),
    /** Degrees, to the tenth: about 11 km, finer than the data is right. */
    place: z
      .object({
        city: z.string().nullable(),
        country: z.string().nullable(),
        lat: z.number().nullable(),
        lon: z.number().nullable(),
      })
      .nullable(),
    device: z.string().nullable(),
    /** Of an answer, while it is the guest's latest: what they wrote to the host, and whom they bring. */
    note: z.string().nullable(),
    plusOneNames: z.array(z.string()),
    /** The opening came from a network that the host trusts: it has no score. */
    allowlisted: z.boolean(),
    /** A host, or a code that reached the guest, vouched for its device: it is not stopped, and awaits no verdict. */
    vouched: z.literal(true).optional(),
    verdict: z.enum(['legitimate', 'suspicious']).nullable(),
    /** What the host wrote with the verdict. */
    verdictNote: z.string().nullable(),
    /** What the score was when the opening was decided, once it was scored again under other rules. */
    before: z.object({ score: z.int(), ruleSet: z.string(), band }).nullable(),
  })
  .meta({ id: 'ActivityItem' })
export type ActivityItem = z.infer<typeof activityItem>

export const activityQuery = pageQuery.extend({
  guest: id.optional(),
  /** Flagged openings (Suspicious or Blocked) only, those without a verdict. */
  awaiting: z.literal('verdict').optional(),
})
export const activityPage = page(activityItem).extend({
  /** Asked for what is `awaiting`: how many there are on all pages together. */
  waiting: z.int().optional(),
  /** Newest position the page knows of; connect the live feed with it. */
  head: z.string(),
})

export const liveQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'is not a position')
    .optional(),
})

/** Messages of `GET /api/events/:id/live`. */
export const liveMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('item'), item: activityItem }),
  /** What was missed has been sent; from here on it is live. */
  z.object({ type: z.literal('caught_up'), position: z.string() }),
  /** More was missed than is sent at once, or what was sent has changed since: read the list again. */
  z.object({ type: z.literal('reset') }),
])
export type LiveMessage = z.infer<typeof liveMessage>
