import type { EventView } from '../../contracts/events.ts'
import { DEFAULT_THRESHOLDS } from '../../scoring/bands.ts'
import type { EventRow } from '../events.ts'
import type { Reader } from '../reader.ts'
import { decodeTimeCursor, pageOf } from './cursor.ts'
import type { EventOverview, EventQueries, EventRecord } from './types.ts'

/** People where the name says so, guests otherwise; those who were removed count nowhere. */
const COUNTS = `
  SELECT
    count(*)::int                                                                  AS "guests",
    count(*) FILTER (WHERE g.ever_sent)::int                                       AS "invited",
    count(*) FILTER (WHERE g.openings > 0)::int                                    AS "opened",
    count(*) FILTER (WHERE g.rsvp_status = 'confirmed')::int                       AS "confirmedParties",
    coalesce(sum(g.party_size) FILTER (WHERE g.rsvp_status = 'confirmed'), 0)::int AS "confirmedPeople",
    count(*) FILTER (WHERE g.rsvp_status = 'waitlisted')::int                      AS "waitlistedParties",
    coalesce(sum(g.party_size) FILTER (WHERE g.rsvp_status = 'waitlisted'), 0)::int AS "waitlistedPeople",
    coalesce((
      SELECT w.party_size FROM {rsvps}.answers w
      WHERE w.event_id = e.event_id AND w.status = 'waitlisted'
      ORDER BY w.waiting_since LIMIT 1
    ), 0)                                                                          AS "firstWaitingPeople",
    count(*) FILTER (WHERE g.rsvp_status = 'declined')::int                        AS "declined",
    count(*) FILTER (WHERE g.rsvp_status = 'maybe')::int                           AS "maybe",
    count(*) FILTER (WHERE g.arrived > 0)::int                                     AS "arrivedParties",
    coalesce(sum(g.arrived), 0)::int                                               AS "arrivedPeople",
    count(*) FILTER (WHERE g.risk IN ('high', 'block'))::int                       AS "flagged"
  FROM {guests}.guests g
  WHERE g.event_id = e.event_id AND g.listed`

const FIND = `
  SELECT e.* FROM {events}.events e
  WHERE e.key = $1 AND e.owner_id IS NOT NULL`

const OVERVIEW = `
  SELECT e.*, to_jsonb(c) AS counts
  FROM {events}.events e, LATERAL (${COUNTS}) c
  WHERE e.key = $1 AND e.owner_id IS NOT NULL`

const LIST_OWNED = `
  SELECT e.*, to_jsonb(c) AS counts
  FROM (
    SELECT *, (extract(epoch FROM created_at) * 1000)::bigint AS created_ms
    FROM {events}.events
    WHERE owner_id = $1
      AND ($2::bigint IS NULL OR (created_at, event_id) < (to_timestamp($2::bigint / 1000.0), $3))
    ORDER BY created_at DESC, event_id DESC
    LIMIT $4
  ) e, LATERAL (${COUNTS}) c
  ORDER BY e.created_at DESC, e.event_id DESC`

type Counted = EventRow & { readonly counts: EventView['counts'] }

export function eventQueries(reader: Reader): EventQueries {
  return {
    async find(eventId) {
      const [row] = await reader.rows<EventRow>(FIND, [eventId])
      return row === undefined ? null : recordOf(row)
    },
    async overview(eventId) {
      const [row] = await reader.rows<Counted>(OVERVIEW, [eventId])
      return row === undefined ? null : overviewOf(row)
    },
    async listOwned(hostId, { limit, cursor }) {
      const after = cursor === undefined ? null : decodeTimeCursor(cursor)
      const rows = await reader.rows<Counted & { created_ms: string }>(LIST_OWNED, [
        hostId,
        after?.value ?? null,
        after?.id ?? null,
        limit + 1,
      ])
      return pageOf(rows, limit, overviewOf, (row) => ({ value: row.created_ms, id: row.event_id }))
    },
  }
}

function recordOf(row: EventRow): EventRecord {
  return {
    id: row.event_id,
    ownerId: row.owner_id ?? '',
    name: row.name,
    slug: row.slug,
    eventDate: row.event_date ?? '',
    timezone: row.timezone,
    venue: row.venue,
    maxCapacity: row.max_capacity,
    status: row.status,
    thresholds: row.thresholds ?? DEFAULT_THRESHOLDS,
    revision: row.revision,
    createdAt: row.created_at ?? row.updated_at,
    updatedAt: row.updated_at,
  }
}

function overviewOf(row: Counted): EventOverview {
  return { ...recordOf(row), counts: row.counts }
}
