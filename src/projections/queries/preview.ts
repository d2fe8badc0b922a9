import { emptyPicture } from '../../scoring/preview.ts'
import type { GuestScoresRow, PictureRow } from '../preview.ts'
import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import { decodeNumberCursor, pageOf } from './cursor.ts'
import type { PreviewQueries, ScoredGuests } from './types.ts'

const PICTURE = `SELECT picture FROM {preview}.pictures WHERE key = $1`

/**
 * Index (event_id, listed, worst, guest_id): read backwards for the page, alone for the total. One row at least, so that
 * an empty page tells the total too.
 */
const PAGE = `
  WITH page AS (
    SELECT s.guest_id, s.worst, g.name
    FROM (
      SELECT guest_id, worst FROM {preview}.guests
      WHERE event_id = $1 AND listed AND worst = ANY ($2::int[])
        AND ($3::bigint IS NULL OR (worst, guest_id) < ($3::bigint, $4))
      ORDER BY worst DESC, guest_id DESC
      LIMIT $5
    ) s
    LEFT JOIN {guests}.guests g ON g.key = $1 || '/' || s.guest_id
  ), counted AS (
    SELECT count(*)::int AS total FROM {preview}.guests
    WHERE event_id = $1 AND listed AND worst = ANY ($2::int[])
  )
  SELECT * FROM counted LEFT JOIN page ON true
  ORDER BY worst DESC, guest_id DESC`

const NAMES = `SELECT guest_id, name FROM {guests}.guests WHERE key = ANY ($1)`

/** One statement, so that rows and checkpoint are of one moment. */
const SNAPSHOT = `
  SELECT
    g.checkpoint,
    (SELECT min(d.position) FROM projections.dead_letters d
     WHERE d.schema = g.schema AND d.unit = 'event.' || $1::text) AS "parkedSince",
    (SELECT p.picture FROM {preview}.pictures p WHERE p.key = $1) AS picture,
    (SELECT coalesce(jsonb_object_agg(s.guest_id, jsonb_build_object(
        'scores', s.scores, 'worst', s.worst, 'listed', s.listed)), '{}')
     FROM {preview}.guests s WHERE s.event_id = $1) AS guests
  FROM projections.generations g
  WHERE g.schema = '{preview}'`

type WorstRow = { readonly guest_id: string; readonly worst: number; readonly name: string | null }
type CountedRow = { readonly total: number } & (WorstRow | { readonly [C in keyof WorstRow]: null })
type SnapshotRow = {
  readonly checkpoint: string
  readonly parkedSince: string | null
  readonly picture: PictureRow['picture'] | null
  readonly guests: Readonly<Record<string, Pick<GuestScoresRow, 'scores' | 'worst' | 'listed'>>>
}

export function previewQueries(reader: Reader): PreviewQueries {
  return {
    async read(eventId) {
      const [row] = await reader.rows<Pick<PictureRow, 'picture'>>(PICTURE, [eventId])
      return {
        picture: row?.picture ?? emptyPicture,
        guests: (scores, page) => worstGuests(reader, eventId, scores, page),
      }
    },
    async names(eventId, guestIds) {
      const keys = guestIds.map((guestId) => guestKey(eventId, guestId))
      const rows = await reader.rows<Omit<WorstRow, 'worst'>>(NAMES, [keys])
      return new Map(rows.map(({ guest_id, name }) => [guest_id, name]))
    },
    async snapshot(eventId) {
      const [row] = await reader.rows<SnapshotRow>(SNAPSHOT, [eventId])
      if (row === undefined) throw new Error('the preview has no active tables')
      return {
        position: BigInt(row.checkpoint),
        parkedSince: row.parkedSince === null ? null : BigInt(row.parkedSince),
        picture: row.picture ?? emptyPicture,
        guests: row.guests,
      }
    },
  }
}

async function worstGuests(
  reader: Reader,
  eventId: string,
  scores: readonly number[],
  { limit, cursor }: Parameters<Awaited<ReturnType<PreviewQueries['read']>>['guests']>[1],
): Promise<ScoredGuests> {
  const after = cursor === undefined ? null : decodeNumberCursor(cursor)
  if (scores.length === 0) return { total: 0, items: [], nextCursor: null }
  const values = [eventId, scores, after?.value ?? null, after?.id ?? null, limit + 1]
  const rows = await reader.rows<CountedRow>(PAGE, values)
  const page = pageOf(
    rows.filter((row) => row.guest_id !== null),
    limit,
    ({ guest_id: guestId, worst: score, name }) => ({ guestId, score, name }),
    ({ guest_id: id, worst }) => ({ value: String(worst), id }),
  )
  return { total: rows[0]?.total ?? 0, ...page }
}
