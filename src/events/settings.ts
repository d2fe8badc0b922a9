import { z } from 'zod'
import { plainFact, type FactOf, type HappenedOf, type NewFactOf } from './fact.ts'

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
] as const

export type NewSettingsFact = NewFactOf<(typeof settingsFacts)[number]>
export type SettingsHappened = HappenedOf<(typeof settingsFacts)[number]>
export type SettingsFact = FactOf<(typeof settingsFacts)[number]>
