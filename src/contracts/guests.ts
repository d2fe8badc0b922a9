import { z } from 'zod'
import { answer, band, bandLabel, channel, email, id, line, page, pageQuery, rsvpStatus } from './common.ts'

/** Where the guest stands: the furthest step taken. */
export const guestStatus = z.enum([
  'added',
  'invited',
  'opened',
  'confirmed',
  'waitlisted',
  'declined',
  'maybe',
])
export type GuestStatus = z.infer<typeof guestStatus>

const phone = z.string().trim().min(5).max(32)
const plusOnes = z.int().min(0, 'is less than 0').max(20, 'is more than 20')

const details = {
  name: line(120),
  email: email.nullish(),
  /** Any common notation; stored as E.164. Without a country code the number is refused. */
  phone: phone.nullish(),
  plusOnesAllowed: plusOnes.optional(),
  utmSource: line(80).nullish(),
  externalRef: line(120).nullish(),
}

export const addGuestBody = z.strictObject(details)
export const patchGuestBody = z.strictObject({ ...details, name: details.name.optional() })

export const guest = z
  .object({
    id,
    /** Null once the personal data is erased. */
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    externalRef: z.string().nullable(),
    plusOnesAllowed: z.int(),
    utmSource: z.string().nullable(),
    /** Added at the door. */
    walkIn: z.boolean(),
    status: guestStatus,
    /** The highest band of the guest's openings, null before the first. */
    risk: band.nullable(),
    riskLabel: bandLabel.nullable(),
    riskScore: z.int().nullable(),
    openings: z.int(),
    answer: answer.nullable(),
    rsvpStatus: rsvpStatus.nullable(),
    partySize: z.int().nullable(),
    arrived: z.int(),
    linkVersion: z.int(),
    linkRevoked: z.boolean(),
    invitation: z.object({
      channel: channel.nullable(),
      state: z.enum(['none', 'queued', 'sent', 'failed']),
      error: z.string().nullable(),
      /** A new link was issued since: the one that it brought, or was to bring, works no more. */
      outdated: z.boolean(),
    }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Guest' })
export type GuestView = z.infer<typeof guest>

/** One guest alone, with what they wrote to the host with their answer, and where they came from. */
export const guestWithAnswer = guest
  .extend({
    /** Of the people they bring, as far as they named them. */
    plusOneNames: z.array(z.string()),
    note: z.string().nullable(),
    /** Where and when a walk-in came in first, null for everybody else. */
    addedAtDoor: z.object({ gate: z.string(), at: z.string() }).nullable(),
  })
  .meta({ id: 'GuestWithAnswer' })
export type GuestWithAnswer = z.infer<typeof guestWithAnswer>

export const guestWithLink = z.object({ guest, link: z.string() })

export const guestListQuery = pageQuery.extend({
  status: guestStatus.optional(),
  risk: band.optional(),
  checkedIn: z.enum(['true', 'false']).optional(),
  /** Added at the door, or else by the host. */
  walkIn: z.enum(['true', 'false']).optional(),
  q: z
    .string()
    .max(120)
    .regex(/^[^\p{Cc}]*$/u, 'has control characters')
    .optional(),
  sort: z.enum(['name', '-name', 'created', '-created', 'risk', '-risk']).default('-created'),
})
export const guestList = page(guest).extend({
  counts: z.object({
    all: z.int(),
    ...Object.fromEntries(guestStatus.options.map((s) => [s, z.int()])),
  } as { all: z.ZodInt } & Record<GuestStatus, z.ZodInt>),
})

export const importQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') })
export const importReport = z
  .object({
    batchId: z.string(),
    dryRun: z.boolean(),
    created: z.int(),
    updated: z.int(),
    skipped: z.int(),
    /** `row` counts from 1, the header being row 1, as a spreadsheet does. */
    rejected: z.array(z.object({ row: z.int(), field: z.string(), message: z.string() })),
    /** Cells of the header row. */
    header: z.array(z.string()),
    /** The rows that `rejected` is about, each once, as they stand in the file. */
    rejectedRows: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })),
    /** New guests with neither an e-mail address nor a phone number: no invitation can be sent to them. */
    withoutAddress: z.int(),
    /** Recognised fields with the header of their column. */
    columns: z.record(z.string(), z.string()),
    /** Sentences about the file as a whole. */
    warnings: z.array(z.string()),
  })
  .meta({ id: 'ImportReport' })
export type ImportReport = z.infer<typeof importReport>

export const sendInvitationsBody = z.strictObject({
  /** Default: every guest who has not been sent an invitation yet. */
  guestIds: z.array(id).min(1).max(10_000).optional(),
  channel,
  /** Only says what would be done; answered with 200. */
  dryRun: z.boolean().default(false),
})
export const sendInvitationsAnswer = z.object({
  /** Invitations that this request queued; the same when it is asked again under its Idempotency-Key. */
  queued: z.int(),
  /** Whom none was queued for, and why; without a name who is not on the list any more. */
  skipped: z.array(z.object({ guestId: id, name: z.string().nullable(), reason: z.string() })),
})
