import { z } from 'zod'
import { personalFact, plainFact, type HappenedOf, type NewFactOf } from './fact.ts'
import { hostSubject } from './streams.ts'
import { thresholdsSchema } from './terms.ts'

const details = {
  name: z.string(),
  slug: z.string(),
  /** Start of the event, ISO 8601 in UTC. */
  eventDate: z.iso.datetime(),
  /** IANA time zone in which the host thinks of the event. */
  timezone: z.string(),
  venue: z.string().nullable(),
}

/** Facts of `event.<eventId>-settings`: what the host configures. Capacity lives with the answers it limits. */
export const settingsFacts = [
  plainFact('EventCreated', z.strictObject({ ownerId: z.string(), ...details })),
  /** Only what changed. */
  plainFact('EventDetailsChanged', z.strictObject(details).partial()),
  plainFact('EventPublished', z.strictObject({})),
  plainFact('EventClosed', z.strictObject({})),
  plainFact('EventArchived', z.strictObject({})),
  /** `version` counts the changes of an event from 1; 0 are the defaults. Every score says under which it was banded. */
  plainFact(
    'ThresholdsChanged',
    z.strictObject({ from: thresholdsSchema, to: thresholdsSchema, version: z.int() }),
  ),
  /** Openings from this network are not scored. An address may be somebody's, so it is sealed for the host who gave it. */
  personalFact(
    'NetworkAllowed',
    z.strictObject({ entryId: z.string(), hostId: z.string() }),
    z.strictObject({ cidr: z.string(), note: z.string().nullable() }),
    (_stream, data) => hostSubject(String(data['hostId'])),
  ),
  plainFact('NetworkDisallowed', z.strictObject({ entryId: z.string() })),
  /** Whether an opening in the high band needs a code sent to the address on file, and whether a blocked one may use it. */
  plainFact('StepUpConfigured', z.strictObject({ high: z.boolean(), blocked: z.boolean() })),
  /** A link for door staff at one gate. The ticket itself stands nowhere: it is made from this. */
  plainFact(
    'ScannerTicketIssued',
    z.strictObject({ ticketId: z.string(), gate: z.string(), expiresAt: z.iso.datetime() }),
  ),
  plainFact('ScannerTicketRevoked', z.strictObject({ ticketId: z.string() })),
  /** Whether the door may add guests. */
  plainFact('WalkInsConfigured', z.strictObject({ allowed: z.boolean() })),
] as const

export type NewSettingsFact = NewFactOf<(typeof settingsFacts)[number]>
export type SettingsHappened = HappenedOf<(typeof settingsFacts)[number]>
