import { z } from 'zod'

export const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'is not an id')
/** A time of a caller, from 1970 to 9999: before that no clock is, and PostgreSQL has no year 0. */
export const instant = z.iso
  .datetime({ error: 'is not a time in ISO 8601 UTC, such as 2026-12-31T19:00:00Z', abort: true })
  .refine((at) => at >= '1970', { error: 'is before 1970', abort: true })

/** One line of text for people: trimmed, no control characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(max, `is longer than ${String(max)} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'has control characters')

export const email = z
  .email({ error: ({ input }) => (input === '' ? 'is missing' : 'is not an e-mail address') })
  .max(254, 'is longer than 254 characters')

/** RFC 9457. `code` is stable; `errors` names the fields. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problem> & {
  recovery?: Recovery
  triesLeft?: number
  /** Seconds until the same is taken again, as in the header `Retry-After`. */
  retryAfter?: number
}

/** The way back that a stopped guest is offered. */
export const recovery = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask_host'), message: z.string() }),
  /** It was taken for an opening by a program; a tap on the guest's own device opens it. */
  z.object({ kind: z.literal('own_device'), message: z.string() }),
  /** A code can be sent to the address on file; `challengeToken` is what to ask for it with. */
  z.object({ kind: z.literal('code'), message: z.string(), challengeToken: z.string() }),
])
export type Recovery = z.infer<typeof recovery>

export const blockedProblem = problem.extend({ recovery: recovery.optional() }).meta({ id: 'BlockedProblem' })

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
})

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const band = z.enum(['low', 'medium', 'high', 'block'])
export type Band = z.infer<typeof band>
export const bandLabel = z.enum(['Verified', 'Review', 'Suspicious', 'Blocked'])
export const answer = z.enum(['attending', 'declined', 'maybe'])
export const rsvpStatus = z.enum(['confirmed', 'waitlisted', 'declined', 'maybe'])
export const channel = z.enum(['email', 'sms'])
export const thresholds = z.object({ medium: z.int(), high: z.int(), block: z.int() })
