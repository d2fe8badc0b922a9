import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import type { RsvpRow } from '../rsvps.ts'
import type { RsvpQueries, RsvpRecord, RsvpTotals } from './types.ts'

type PlacedRow = RsvpRow & { readonly place: number | null }

const FIND = `
  SELECT a.*, CASE WHEN a.status = 'waitlisted' THEN (
      SELECT count(*)::int FROM {rsvps}.answers w
      WHERE w.event_id = a.event_id AND w.status = 'waitlisted' AND w.waiting_since <= a.waiting_since
    ) END AS place
  FROM {rsvps}.answers a
  WHERE a.key = $1 AND a.answer IS NOT NULL`

const WAITLIST = `
  SELECT *, row_number() OVER (ORDER BY waiting_since)::int AS place
  FROM {rsvps}.answers
  WHERE event_id = $1 AND status = 'waitlisted'
  ORDER BY waiting_since`

const TOTALS = `
  SELECT
    count(*) FILTER (WHERE status = 'confirmed')::int                         AS "confirmedParties",
    coalesce(sum(party_size) FILTER (WHERE status = 'confirmed'), 0)::int     AS "confirmedPeople",
    count(*) FILTER (WHERE status = 'waitlisted')::int                        AS "waitlistedParties",
    coalesce(sum(party_size) FILTER (WHERE status = 'waitlisted'), 0)::int    AS "waitlistedPeople",
    count(*) FILTER (WHERE status = 'declined')::int                          AS "declined",
    count(*) FILTER (WHERE status = 'maybe')::int                             AS "maybe"
  FROM {rsvps}.answers
  WHERE event_id = $1`

const NONE: RsvpTotals = {
  confirmedParties: 0,
  confirmedPeople: 0,
  waitlistedParties: 0,
  waitlistedPeople: 0,
  declined: 0,
  maybe: 0,
}

export function rsvpQueries(reader: Reader): RsvpQueries {
  return {
    async find(eventId, guestId) {
      const rows = await reader.rows<PlacedRow>(FIND, [guestKey(eventId, guestId)])
      return rows.flatMap(recordOf)[0] ?? null
    },
    async waitlist(eventId) {
      return (await reader.rows<PlacedRow>(WAITLIST, [eventId])).flatMap(recordOf)
    },
    async totals(eventId) {
      const [row] = await reader.rows<RsvpTotals>(TOTALS, [eventId])
      return row ?? NONE
    },
  }
}

/** @returns nothing for a row without an answer: the guest withdrew, or was forgotten before answering */
function recordOf(row: PlacedRow): RsvpRecord[] {
  if (row.answer === null || row.status === null || row.answered_at === null) return []
  return [
    {
      guestId: row.guest_id,
      answer: row.answer,
      status: row.status,
      partySize: row.party_size,
      plusOneNames: row.plus_one_names,
      note: row.note,
      answeredAt: row.answered_at,
      waitlistPlace: row.place,
    },
  ]
}
