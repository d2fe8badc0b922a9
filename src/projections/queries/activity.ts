import type { FeedbackItem } from '../../contracts/security.ts'
import { AWAITS_VERDICT } from '../activity-row.ts'
import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import { activityItemOf, type ToldRow } from './activity-item.ts'
import { decodeNumberCursor, pageOf } from './cursor.ts'
import type { ActivityQueries } from './types.ts'

/** What a guest wrote stands with the answers, from where it is erased: with an item it is the answer that holds now. */
/** What was undone or settled is told by the item of the arrival. */
const ITEMS = `
  SELECT i.*, p.name, a.note, a.plus_one_names,
    (SELECT c.details FROM {activity}.items c
     WHERE c.key = i.event_id || '/' || i.guest_id || '/' || (i.details ->> 'checkInId')) AS arrival
  FROM {activity}.items i
  LEFT JOIN {activity}.people p ON p.key = i.event_id || '/' || i.guest_id
  LEFT JOIN {rsvps}.answers a
    ON i.kind = 'rsvp' AND a.key = i.event_id || '/' || i.guest_id AND a.answered_at = i.at`

const OF_EVENT = `i.event_id = $1`

/** The items of a guest share the beginning of their key. */
const OF_GUEST = `i.key >= $1 || '/' AND i.key < $1 || '0'`

/** In the order of what happened first: an opening keeps its place when its score comes late. */
const pageWhere = (which: string) => `${ITEMS}
  WHERE ${which} AND ($2::bigint IS NULL OR i.listed_at < $2)
  ORDER BY i.listed_at DESC
  LIMIT $3`

const countWhere = (which: string) =>
  `SELECT count(*)::integer AS count FROM {activity}.items i WHERE ${which}`

/** In the order of what was told last: an opening comes again when its score comes late. */
const AFTER = `${ITEMS}
  WHERE i.event_id = $1 AND i.told_at > $2
  ORDER BY i.told_at
  LIMIT $3`

/** Of the whole event, so that a live feed connected there misses nothing. */
const HEAD = `SELECT coalesce(max(told_at), 0)::text AS head FROM {activity}.items WHERE event_id = $1`

const GUEST_OF_OPENING = `
  SELECT guest_id FROM {activity}.items
  WHERE event_id = $1 AND item_id = $2 AND kind = 'opening'`

const VERDICTS = `${ITEMS}
  WHERE i.event_id = $1 AND i.verdict_at IS NOT NULL AND ($2::bigint IS NULL OR i.verdict_at < $2)
  ORDER BY i.verdict_at DESC
  LIMIT $3`

function feedbackOf({ verdict, ...row }: ToldRow): FeedbackItem {
  if (verdict === null) throw new Error(`opening ${row.item_id} has no verdict`)
  return {
    attemptId: row.item_id,
    guest: { id: row.guest_id, name: row.name },
    verdict: verdict.verdict,
    note: verdict.note,
    openedAt: row.at,
    at: verdict.at,
    by: verdict.by,
    score: row.score,
    band: row.band,
    history: [...verdict.history],
  }
}

export function activityQueries(reader: Reader): ActivityQueries {
  return {
    async page(eventId, { limit, cursor, guest, awaiting }) {
      const before = cursor === undefined ? null : decodeNumberCursor(cursor).value
      const key = guest === undefined ? eventId : guestKey(eventId, guest)
      const all = guest === undefined ? OF_EVENT : OF_GUEST
      const which = awaiting === undefined ? all : `${all} AND ${AWAITS_VERDICT}`
      // Read first: what comes between the two is told by the feed, and perhaps in the list too, but never lost.
      const [newest] = await reader.rows<{ head: string }>(HEAD, [eventId])
      const rows = await reader.rows<ToldRow>(pageWhere(which), [key, before, limit + 1])
      const items = pageOf(rows, limit, activityItemOf, (row) => ({ value: row.listed_at, id: row.item_id }))
      const page = { ...items, head: newest?.head ?? '0' }
      if (awaiting === undefined) return page
      const [counted] = await reader.rows<{ count: number }>(countWhere(which), [key])
      return { ...page, waiting: counted?.count ?? 0 }
    },
    async after(eventId, position, limit) {
      const rows = await reader.rows<ToldRow>(AFTER, [eventId, String(position), limit])
      return rows.map(activityItemOf)
    },
    async guestOfOpening(eventId, attemptId) {
      const [row] = await reader.rows<{ guest_id: string }>(GUEST_OF_OPENING, [eventId, attemptId])
      return row?.guest_id ?? null
    },
    async verdicts(eventId, { limit, cursor }) {
      const before = cursor === undefined ? null : decodeNumberCursor(cursor).value
      const rows = await reader.rows<ToldRow>(VERDICTS, [eventId, before, limit + 1])
      return pageOf(rows, limit, feedbackOf, (row) => ({ value: row.verdict_at ?? '0', id: row.item_id }))
    },
  }
}
