import { z } from 'zod'
import { answer, bandLabel, line, problem, rsvpStatus } from './common.ts'

/** What the sealed envelope may show before the guest's gesture: nothing about the guest. */
export const sealedInvitation = z.object({
  event: z.object({
    name: z.string(),
    eventDate: z.string(),
    timezone: z.string(),
    venue: z.string().nullable(),
    branding: z.object({
      colour: z.string().nullable(),
      logo: z.string().nullable(),
      message: z.string().nullable(),
    }),
  }),
  sealed: z.literal(true),
})
export type SealedInvitation = z.infer<typeof sealedInvitation>

const fingerprint = z
  .record(z.string().min(1).max(60), z.string().max(400))
  .refine((parts) => Object.keys(parts).length <= 40, { error: 'has more than 40 entries' })

export const openBody = z.strictObject({ fingerprint: fingerprint.nullish() })

export const rsvp = z.object({
  answer,
  partySize: z.int(),
  plusOneNames: z.array(z.string()),
  note: z.string().nullable(),
})
export type Rsvp = z.infer<typeof rsvp>

export const pass = z.object({ code: z.string(), qrSvg: z.string(), validUntil: z.string() })

export const invitation = z.object({
  guestName: z.string(),
  plusOnesAllowed: z.int(),
  event: sealedInvitation.shape.event.extend({
    status: z.enum(['draft', 'published', 'closed', 'archived']),
    /** Whether answers are taken now. */
    open: z.boolean(),
    /**
     * Seats left for this guest, null without a limit: none while others wait. A party that does not fit is
     * waitlisted.
     */
    seatsLeft: z.int().nullable(),
    /** Seats that are free and not for this guest: others wait for them. */
    seatsPromised: z.int(),
    calendarUrl: z.string(),
  }),
  rsvp: rsvp.nullable(),
  status: rsvpStatus.nullable(),
  pass: pass.nullable(),
})
export type Invitation = z.infer<typeof invitation>

export const openAnswer = z.object({
  invitation,
  rsvpToken: z.string(),
  decision: z.object({ label: z.union([bandLabel, z.literal('Unscored')]) }),
})
export type OpenAnswer = z.infer<typeof openAnswer>

export const rsvpBody = z.strictObject({
  answer,
  /** People including the guest; ignored for a decline. */
  partySize: z.int().min(1, 'is less than 1').max(100).default(1),
  plusOneNames: z.array(line(120)).max(20).optional(),
  note: line(500).nullish(),
})

export const rsvpAnswer = z.object({ rsvp, status: rsvpStatus, pass: pass.optional() })
export type RsvpAnswer = z.infer<typeof rsvpAnswer>

/** A code was sent; `to` shows enough of the address to know where to look. */
export const codeSent = z.object({ channel: z.enum(['email', 'sms']), to: z.string(), validSeconds: z.int() })
export type CodeSent = z.infer<typeof codeSent>

export const codeBody = z.strictObject({
  code: z
    .string()
    .max(20, 'is longer than 20 characters')
    .regex(/^[\s-]*(?:[0-9][\s-]*){6}$/, 'is not six digits'),
})

/** A code that was not taken. */
export const codeProblem = problem
  .extend({
    /** Tries that are left with this code; with none, only a new code helps. */
    triesLeft: z.int().optional(),
  })
  .meta({ id: 'CodeProblem' })
