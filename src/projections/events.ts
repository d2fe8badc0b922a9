import type { EventStatus } from '../contracts/events.ts'
import type { Fact } from '../events/registry.ts'
import { ignored, ofAccess, ofDoor, ofGuestList, ofLinks, ofNoEvent } from './ignored.ts'
import { defineTable, eventKeyOf, timeOf, type FactOfType, type Fold, type Projection } from './projection.ts'

export type EventRow = {
  readonly event_id: string
  /** Null until EventCreated was seen, as created_at: such an event does not exist for readers. */
  readonly owner_id: string | null
  readonly name: string
  readonly slug: string
  /** As the host gave it, ISO 8601. */
  readonly event_date: string | null
  readonly timezone: string
  readonly venue: string | null
  readonly max_capacity: number | null
  readonly status: EventStatus
  /** Null for the defaults. */
  readonly thresholds: { readonly medium: number; readonly high: number; readonly block: number } | null
  /** Of the settings stream; -1 before its first fact. */
  readonly revision: number
  readonly created_at: string | null
  readonly updated_at: string
}

type SettingsFact = FactOfType<
  | 'EventCreated'
  | 'EventDetailsChanged'
  | 'EventPublished'
  | 'EventClosed'
  | 'EventArchived'
  | 'ThresholdsChanged'
  | 'NetworkAllowed'
  | 'NetworkDisallowed'
  | 'StepUpConfigured'
  | 'ScannerTicketIssued'
  | 'ScannerTicketRevoked'
  | 'WalkInsConfigured'
>

function rowFor(row: EventRow | undefined, fact: Fact): EventRow {
  const at = timeOf(fact)
  if (row !== undefined) return { ...row, updated_at: at > row.updated_at ? at : row.updated_at }
  return {
    event_id: eventKeyOf(fact),
    owner_id: null,
    name: '',
    slug: '',
    event_date: null,
    timezone: 'UTC',
    venue: null,
    max_capacity: null,
    status: 'draft',
    thresholds: null,
    revision: -1,
    created_at: null,
    updated_at: at,
  }
}

const settings = <F extends SettingsFact>(change: (fact: F) => Partial<EventRow>): Fold<EventRow, F> => ({
  key: eventKeyOf,
  evolve: (row, fact) => ({ ...rowFor(row, fact), revision: fact.revision, ...change(fact) }),
})

const entersStatus = (status: EventStatus) => settings(() => ({ status }))

/** Every event with its settings. Counts are not kept here: the queries count guests. */
export const events: Projection = {
  name: 'events',
  version: 2,
  tables: [
    defineTable<EventRow>({
      name: 'events',
      columns: {
        event_id: 'text NOT NULL',
        owner_id: 'text',
        name: 'text NOT NULL',
        slug: 'text NOT NULL',
        event_date: 'text',
        timezone: 'text NOT NULL',
        venue: 'text',
        max_capacity: 'integer',
        status: 'text NOT NULL',
        thresholds: 'jsonb',
        revision: 'integer NOT NULL',
        created_at: 'timestamptz',
        updated_at: 'timestamptz NOT NULL',
      },
      indexes: ['owner_id, created_at DESC, event_id DESC'],
      folds: {
        EventCreated: settings((fact) => {
          const { ownerId, name, slug, eventDate, timezone, venue } = fact.data
          const created_at = timeOf(fact)
          return { owner_id: ownerId, name, slug, event_date: eventDate, timezone, venue, created_at }
        }),
        EventDetailsChanged: settings(({ data }) => ({
          ...(data.name === undefined ? {} : { name: data.name }),
          ...(data.slug === undefined ? {} : { slug: data.slug }),
          ...(data.eventDate === undefined ? {} : { event_date: data.eventDate }),
          ...(data.timezone === undefined ? {} : { timezone: data.timezone }),
          ...(data.venue === undefined ? {} : { venue: data.venue }),
        })),
        EventPublished: entersStatus('published'),
        EventClosed: entersStatus('closed'),
        EventArchived: entersStatus('archived'),
        ThresholdsChanged: settings(({ data }) => ({ thresholds: data.to })),
        NetworkAllowed: settings(() => ({})),
        NetworkDisallowed: settings(() => ({})),
        StepUpConfigured: settings(() => ({})),
        ScannerTicketIssued: settings(() => ({})),
        ScannerTicketRevoked: settings(() => ({})),
        WalkInsConfigured: settings(() => ({})),
        CapacitySet: {
          key: eventKeyOf,
          evolve: (row, fact) => ({ ...rowFor(row, fact), max_capacity: fact.data.maxCapacity }),
        },
        ...ofNoEvent,
        ...ignored('ScannerDeviceSeen'),
        ...ofGuestList,
        ...ofLinks,
        ...ofAccess,
        ...ignored('RsvpAnswered', 'RsvpPromoted', 'RsvpWithdrawn'),
        ...ofDoor,
      },
    }),
  ],
}
