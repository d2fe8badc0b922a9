import type { z } from 'zod'
import type { arrivals, doorConflict } from '../../contracts/door.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { CheckInRow } from '../arrivals.ts'
import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { ArrivalQueries, CheckInRecord, MissingGuest, Page, PageRequest } from './types.ts'

/** A party has arrived with its first person; those who were undone never came. */
const VIEW = `
  WITH arrived AS (
    SELECT * FROM {arrivals}.check_ins WHERE event_id = $1 AND NOT undone
  ), missing AS (
    SELECT expected - arrived AS people
    FROM {door}.guests WHERE event_id = $1 AND listed AND arrived < expected
  )
  SELECT
    (SELECT coalesce(sum(expected), 0)::int FROM {arrivals}.parties WHERE event_id = $1) AS expected,
    (SELECT count(*)::int FROM {arrivals}.parties WHERE event_id = $1 AND expected > 0)  AS "expectedParties",
    (SELECT coalesce(sum(counted), 0)::int FROM arrived)                                 AS arrived,
    (SELECT count(DISTINCT guest_id)::int FROM arrived)                                  AS "arrivedParties",
    (SELECT coalesce(sum(people), 0)::int FROM missing)                                  AS "missingPeople",
    (SELECT count(*)::int FROM missing)                                                  AS "missingParties",
    (SELECT max(came_at) FROM arrived)                                                   AS "lastAt"`

const GATES = `
  SELECT gate, sum(counted)::int AS arrived, max(came_at) AS "lastAt"
  FROM {arrivals}.check_ins WHERE event_id = $1 AND NOT undone
  GROUP BY gate ORDER BY gate`

/** Quarters of an hour since 1970: those of every time zone that is in use, too. */
const QUARTERS = `
  SELECT floor(extract(epoch FROM came_at) / 900)::int AS quarter, sum(counted)::int AS arrived
  FROM {arrivals}.check_ins WHERE event_id = $1 AND NOT undone
  GROUP BY 1 ORDER BY 1`

/** Where and when it began and where it got to; all arrivals are among the check-ins of the guest. */
const CONFLICTS = `
  SELECT c.check_in_id AS "checkInId", c.guest_id AS "guestId", g.name, c.kind, c.refusal, c.expected,
    jsonb_array_length(c.arrivals) AS involved,
    CASE WHEN jsonb_array_length(c.arrivals) <= 20 THEN c.arrivals
      ELSE jsonb_path_query_array(c.arrivals, '$[0 to 9, last - 9 to last]') END AS arrivals,
    c.at, c.resolved
  FROM {arrivals}.conflicts c
  LEFT JOIN {door}.guests g ON g.key = c.event_id || '/' || c.guest_id
  WHERE c.event_id = $1
  ORDER BY c.resolved, c.at DESC, c.check_in_id
  LIMIT 100`

const MISSING = `
  SELECT guest_id AS id, name, search, expected, arrived
  FROM {door}.guests
  WHERE event_id = $1 AND listed AND arrived < expected AND ($2::text IS NULL OR (search, guest_id) > ($2, $3))
  ORDER BY search, guest_id
  LIMIT $4`

const FIND_CHECK_IN = `SELECT * FROM {arrivals}.check_ins WHERE event_id = $1 AND check_in_id = $2`

const OF_GUEST = `
  SELECT * FROM {arrivals}.check_ins
  WHERE key >= $1 || '/' AND key < $1 || '0'
  ORDER BY position`

/** Missing guests that the overview names; the rest are pages. */
const NAMED = 50

/** Quarters of an hour that a chart can show: three days. Past it those without anybody are left out. */
const LONGEST = 288

type View = z.infer<typeof arrivals>

interface ViewRow {
  readonly expected: number
  readonly expectedParties: number
  readonly arrived: number
  readonly arrivedParties: number
  readonly missingPeople: number
  readonly missingParties: number
  readonly lastAt: string | null
}

interface QuarterRow {
  readonly quarter: number
  readonly arrived: number
}

type ConflictRow = Omit<z.infer<typeof doorConflict>, 'guest'> & {
  readonly guestId: string
  readonly name: string | null
}

export function arrivalQueries(reader: Reader): ArrivalQueries {
  return {
    view: (eventId) => view(reader, eventId),
    missing: (eventId, page) => missing(reader, eventId, page),
    async findCheckIn(eventId, checkInId) {
      const [row] = await reader.rows<CheckInRow>(FIND_CHECK_IN, [eventId, checkInId])
      return row === undefined ? null : recordOf(row)
    },
    async ofGuest(eventId, guestId) {
      const rows = await reader.rows<CheckInRow>(OF_GUEST, [guestKey(eventId, guestId)])
      return rows.map(recordOf)
    },
  }
}

async function view(reader: Reader, eventId: string): Promise<View> {
  const [[row], byGate, quarters, conflicts, absent] = await Promise.all([
    reader.rows<ViewRow>(VIEW, [eventId]),
    reader.rows<View['byGate'][number]>(GATES, [eventId]),
    reader.rows<QuarterRow>(QUARTERS, [eventId]),
    reader.rows<ConflictRow>(CONFLICTS, [eventId]),
    missing(reader, eventId, { limit: NAMED }),
  ])
  return {
    expected: row?.expected ?? 0,
    arrived: row?.arrived ?? 0,
    parties: { expected: row?.expectedParties ?? 0, arrived: row?.arrivedParties ?? 0 },
    byGate,
    byQuarterHour: withoutGaps(quarters),
    conflicts: conflicts.map(({ guestId, name, ...conflict }) => ({
      ...conflict,
      guest: { id: guestId, name },
    })),
    lastAt: row?.lastAt ?? null,
    missing: {
      people: row?.missingPeople ?? 0,
      parties: row?.missingParties ?? 0,
      guests: absent.items,
    },
  }
}

function withoutGaps(rows: readonly QuarterRow[]): View['byQuarterHour'] {
  const first = rows[0]?.quarter ?? 0
  const length = (rows.at(-1)?.quarter ?? -1) - first + 1
  const arrived = new Map(rows.map((row) => [row.quarter, row.arrived]))
  const all = length > LONGEST ? [...arrived.keys()] : Array.from({ length }, (_, at) => first + at)
  return all.map((quarter) => ({
    from: new Date(quarter * 15 * MINUTE).toISOString(),
    arrived: arrived.get(quarter) ?? 0,
  }))
}

async function missing(
  reader: Reader,
  eventId: string,
  { limit, cursor }: PageRequest,
): Promise<Page<MissingGuest>> {
  const after = cursor === undefined ? null : decodeCursor(cursor)
  const rows = await reader.rows<{
    id: string
    name: string | null
    search: string
    expected: number
    arrived: number
  }>(MISSING, [eventId, after?.value ?? null, after?.id ?? null, limit + 1])
  return pageOf(
    rows,
    limit,
    ({ id, name, expected, arrived }) => ({ guest: { id, name }, expected, arrived }),
    ({ id, search: value }) => ({ value, id }),
  )
}

function recordOf(row: CheckInRow): CheckInRecord {
  return {
    checkInId: row.check_in_id,
    guestId: row.guest_id,
    arrivalCount: row.arrival_count,
    gate: row.gate,
    deviceId: row.device_id,
    scannedAt: row.scanned_at,
    at: row.at,
    offline: row.offline,
    undone: row.undone,
  }
}
