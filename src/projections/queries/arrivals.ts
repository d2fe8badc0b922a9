import type { z } from 'zod'
import type { arrivals, doorConflict } from '../../contracts/door.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { CheckInRow } from '../arrivals.ts'
import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { ArrivalQueries, CheckInRecord, MissingGuest, Page, PageRequest } from './types.ts'

/**
 * Each party once, by who came: those who were undone never did. Whoever came without a seat, or beyond those of the party,
 * fills nobody's place, so that who is here and who is missing are all who are expected.
 */
const VIEW = `
  WITH came AS (
    SELECT guest_id, sum(counted)::int AS arrived, max(came_at) AS last_at
    FROM {arrivals}.check_ins WHERE event_id = $1 AND NOT undone
    GROUP BY guest_id
  ), party AS (
    SELECT coalesce(p.expected, 0) AS expected, coalesce(c.arrived, 0) AS arrived,
      least(coalesce(p.expected, 0), coalesce(c.arrived, 0)) AS here, c.last_at
    FROM (SELECT * FROM {arrivals}.parties WHERE event_id = $1) p FULL JOIN came c USING (guest_id)
  )
  SELECT
    coalesce(sum(expected), 0)::int                                AS expected,
    coalesce(sum(arrived), 0)::int                                 AS arrived,
    coalesce(sum(here), 0)::int                                    AS here,
    coalesce(sum(arrived - here), 0)::int                          AS unexpected,
    count(*) FILTER (WHERE expected > 0)::int                      AS "expectedParties",
    count(*) FILTER (WHERE last_at IS NOT NULL)::int               AS "arrivedParties",
    count(*) FILTER (WHERE expected > 0 AND here = expected)::int  AS "completeParties",
    count(*) FILTER (WHERE here > 0 AND here < expected)::int      AS "partlyParties",
    max(last_at)                                                   AS "lastAt"
  FROM party`

const GATES = `
  SELECT gate, sum(counted)::int AS arrived, sum(arrival_count)::int AS "letIn", max(came_at) AS "lastAt"
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
    c.at, c.settled, c.resolved
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
  readonly arrived: number
  readonly here: number
  readonly unexpected: number
  readonly expectedParties: number
  readonly arrivedParties: number
  readonly completeParties: number
  readonly partlyParties: number
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
  const [counts, byGate, quarters, conflicts, absent] = await Promise.all([
    counted(reader, eventId),
    reader.rows<View['byGate'][number]>(GATES, [eventId]),
    reader.rows<QuarterRow>(QUARTERS, [eventId]),
    reader.rows<ConflictRow>(CONFLICTS, [eventId]),
    missing(reader, eventId, { limit: NAMED }),
  ])
  const { expected, here, expectedParties, completeParties } = counts
  return {
    expected,
    arrived: counts.arrived,
    here,
    unexpected: counts.unexpected,
    parties: {
      expected: expectedParties,
      arrived: counts.arrivedParties,
      complete: completeParties,
      partly: counts.partlyParties,
    },
    byGate,
    byQuarterHour: withoutGaps(quarters),
    conflicts: conflicts.map(({ guestId, name, ...conflict }) => ({
      ...conflict,
      guest: { id: guestId, name },
    })),
    lastAt: counts.lastAt,
    missing: {
      people: expected - here,
      parties: expectedParties - completeParties,
      guests: absent.items,
    },
  }
}

async function counted(reader: Reader, eventId: string): Promise<ViewRow> {
  const [row] = await reader.rows<ViewRow>(VIEW, [eventId])
  // An aggregate of everything is one row, also of nobody.
  if (row === undefined) throw new Error('the arrivals were not counted')
  return row
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
