import type { CheckInRow } from '../arrivals.ts'
import { guestKey } from '../projection.ts'
import type { Reader } from '../reader.ts'
import type { ArrivalQueries, CheckInRecord } from './types.ts'

/** A party has arrived with its first person; those who were undone never came. */
const VIEW = `
  WITH arrived AS (
    SELECT * FROM {arrivals}.check_ins WHERE event_id = $1 AND NOT undone
  ), gates AS (
    SELECT gate, sum(arrival_count)::int AS arrived, max(at) AS "lastAt" FROM arrived GROUP BY gate
  )
  SELECT
    (SELECT coalesce(sum(expected), 0)::int FROM {arrivals}.parties WHERE event_id = $1) AS expected,
    (SELECT count(*)::int FROM {arrivals}.parties WHERE event_id = $1 AND expected > 0)  AS "expectedParties",
    (SELECT coalesce(sum(arrival_count), 0)::int FROM arrived)                           AS arrived,
    (SELECT count(DISTINCT guest_id)::int FROM arrived)                                  AS "arrivedParties",
    (SELECT coalesce(jsonb_agg(gates ORDER BY gate), '[]') FROM gates)                   AS "byGate",
    (SELECT max(at) FROM arrived)                                                        AS "lastAt"`

const FIND_CHECK_IN = `SELECT * FROM {arrivals}.check_ins WHERE event_id = $1 AND check_in_id = $2`

const OF_GUEST = `
  SELECT * FROM {arrivals}.check_ins
  WHERE key >= $1 || '/' AND key < $1 || '0'
  ORDER BY position`

interface ViewRow {
  readonly expected: number
  readonly expectedParties: number
  readonly arrived: number
  readonly arrivedParties: number
  readonly byGate: { gate: string; arrived: number; lastAt: string }[]
  readonly lastAt: string | null
}

export function arrivalQueries(reader: Reader): ArrivalQueries {
  return {
    async view(eventId) {
      const [row] = await reader.rows<ViewRow>(VIEW, [eventId])
      return {
        expected: row?.expected ?? 0,
        arrived: row?.arrived ?? 0,
        parties: { expected: row?.expectedParties ?? 0, arrived: row?.arrivedParties ?? 0 },
        byGate: (row?.byGate ?? []).map((each) => ({ ...each, lastAt: new Date(each.lastAt).toISOString() })),
        byQuarterHour: [],
        conflicts: [],
        lastAt: row?.lastAt ?? null,
        missing: { people: 0, parties: 0, guests: [] },
      }
    },
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
