import { z } from 'zod'
import { id, instant, line, thresholds } from './common.ts'

export const eventStatus = z.enum(['draft', 'published', 'closed', 'archived'])
export type EventStatus = z.infer<typeof eventStatus>
export const role = z.enum(['owner', 'editor', 'viewer', 'auditor', 'door'])

const timezone = z.string().refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone })
      return true
    } catch {
      return false
    }
  },
  { error: 'is not an IANA time zone, such as Europe/Paris' },
)

const slug = z
  .string()
  .min(3, 'has fewer than 3 characters')
  .max(60, 'is longer than 60 characters')
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'takes small letters, digits and single dashes')

/**
 * Years that an event can be in. All that is made of the date has to hold it: passes name hours of 1970 to 3883, calendars
 * begin with 1970. A year beyond these is a slip of the finger.
 */
const YEARS = { first: 2000, last: 2199 } as const

const eventDate = instant.refine(
  (at) => Number(at.slice(0, 4)) >= YEARS.first && Number(at.slice(0, 4)) <= YEARS.last,
  { error: `is not in the years ${String(YEARS.first)} to ${String(YEARS.last)}` },
)

const capacity = z.int().min(1, 'is less than 1').max(1_000_000, 'is more than 1000000')

export const createEventBody = z.strictObject({
  name: line(120),
  eventDate,
  timezone: timezone.default('UTC'),
  venue: line(200).nullish(),
  maxCapacity: capacity.nullish(),
  slug: slug.optional(),
})

export const patchEventBody = z
  .strictObject({
    name: line(120),
    eventDate,
    timezone,
    venue: line(200).nullable(),
    maxCapacity: capacity.nullable(),
    slug,
  })
  .partial()

/** Seats and answers at a glance; people, not parties, where the name says so. */
export const eventCounts = z.object({
  guests: z.int(),
  invited: z.int(),
  opened: z.int(),
  confirmedParties: z.int(),
  confirmedPeople: z.int(),
  waitlistedParties: z.int(),
  waitlistedPeople: z.int(),
  /** People of the party that gets the next seats, 0 when nobody waits. */
  firstWaitingPeople: z.int(),
  declined: z.int(),
  maybe: z.int(),
  arrivedParties: z.int(),
  arrivedPeople: z.int(),
  flagged: z.int(),
})

export const event = z
  .object({
    id,
    name: z.string(),
    slug: z.string(),
    eventDate: z.string(),
    timezone: z.string(),
    venue: z.string().nullable(),
    maxCapacity: z.int().nullable(),
    status: eventStatus,
    thresholds,
    role,
    counts: eventCounts,
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Event' })
export type EventView = z.infer<typeof event>
