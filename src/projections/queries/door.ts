import type { scannerTicketList } from '../../contracts/door.ts'
import type { DoorArrival, DoorGuestRow } from '../door-guest.ts'
import { searchPattern } from './guest-list.ts'
import type { Reader } from '../reader.ts'
import type { z } from 'zod'
import type { DoorGuest, DoorQueries, ManifestPage } from './types.ts'

/**
 * One statement, so that rows and checkpoint are of one moment. Positions in JSON are text: they may be larger than its
 * numbers are exact.
 */
const MANIFEST = `
  WITH page AS (
    SELECT guest_id, listed, name, pass_version, pass_revoked, risk, expected, companions, arrived, arrivals,
      turned_away, answered,
      told_at::text AS told_at, told_at AS place
    FROM {door}.guests
    WHERE event_id = $1 AND told_at > $2
    ORDER BY told_at
    LIMIT $3
  )
  SELECT
    g.checkpoint,
    (SELECT min(d.position) FROM projections.dead_letters d
     WHERE d.schema = g.schema AND d.stream LIKE 'event.' || $1::text || '-%') AS "parkedSince",
    (SELECT count(*)::int FROM {door}.guests WHERE event_id = $1) AS total,
    (SELECT coalesce(jsonb_agg(to_jsonb(page) - 'place' ORDER BY place), '[]') FROM page) AS guests
  FROM projections.generations g
  WHERE g.schema = '{door}'`

const SEARCH = `
  SELECT * FROM {door}.guests
  WHERE event_id = $1 AND listed AND (search LIKE $2 OR companions_search LIKE $2)
  ORDER BY search, guest_id
  LIMIT $3`

const TICKETS = `
  SELECT t.ticket_id AS "ticketId", t.gate, t.issued_at AS "issuedAt", t.expires_at AS "expiresAt",
    t.revoked_at AS "revokedAt"
  FROM {door}.tickets t
  WHERE t.event_id = $1
  ORDER BY t.issued_at DESC, t.ticket_id DESC`

/** A device that let somebody in was there, also when its being there was not recorded by itself. */
const DEVICES = `
  SELECT ticket_id AS "ticketId", device_id AS "deviceId", min(first) AS "firstSeenAt", max(last) AS "lastSeenAt",
    sum(let_in)::int AS arrived
  FROM (
    SELECT ticket_id, device_id, first_seen_at AS first, last_seen_at AS last, 0 AS let_in
    FROM {door}.devices WHERE event_id = $1
    UNION ALL
    SELECT ticket_id, device_id, at, at, CASE WHEN undone THEN 0 ELSE arrival_count END
    FROM {arrivals}.check_ins WHERE event_id = $1 AND ticket_id IS NOT NULL
  ) seen
  GROUP BY ticket_id, device_id
  ORDER BY max(last) DESC, device_id`

interface ManifestRow {
  readonly checkpoint: string
  readonly parkedSince: string | null
  readonly total: number
  readonly guests: readonly (DoorColumns & { readonly told_at: string })[]
}
type DoorColumns = Omit<
  DoorGuestRow,
  'event_id' | 'erased' | 'search' | 'companions_search' | 'scores' | 'told_at'
>
type Ticket = Omit<z.infer<typeof scannerTicketList>['items'][number], 'devices'>
type Device = z.infer<typeof scannerTicketList>['items'][number]['devices'][number] & {
  readonly ticketId: string
}

export function doorQueries(reader: Reader): DoorQueries {
  return {
    async manifest(eventId, since, limit) {
      const [row] = await reader.rows<ManifestRow>(MANIFEST, [eventId, String(since), limit + 1])
      if (row === undefined) throw new Error('the door has no active tables')
      return pageOf(row, since, limit)
    },
    async search(eventId, q, limit) {
      const rows = await reader.rows<DoorGuestRow>(SEARCH, [eventId, searchPattern(q), limit])
      return rows.map(guestOf)
    },
    async tickets(eventId) {
      const [tickets, devices] = await Promise.all([
        reader.rows<Ticket>(TICKETS, [eventId]),
        reader.rows<Device>(DEVICES, [eventId]),
      ])
      return tickets.map((ticket) => ({
        ...ticket,
        devices: devices
          .filter(({ ticketId }) => ticketId === ticket.ticketId)
          .map(({ ticketId: _ticket, ...device }) => device),
      }))
    },
  }
}

function pageOf(row: ManifestRow, since: bigint, limit: number): ManifestPage {
  const checkpoint = BigInt(row.checkpoint)
  const guests = row.guests.slice(0, limit)
  const more = row.guests.length > limit
  // What waits is applied later under its own, earlier position: the last page of a delta ends before it.
  const end = row.parkedSince === null ? checkpoint : BigInt(row.parkedSince) - 1n
  const last = guests.at(-1)
  const cursor = more && last !== undefined ? BigInt(last.told_at) : end
  return { guests: guests.map(guestOf), cursor, more, total: row.total, ahead: since > checkpoint }
}

function guestOf(row: DoorColumns): DoorGuest {
  return {
    guestId: row.guest_id,
    listed: row.listed,
    name: row.name,
    passVersion: row.pass_version,
    passRevoked: row.pass_revoked,
    risk: row.risk,
    expected: row.expected,
    companions: row.companions,
    arrived: row.arrived,
    lastArrival: lastOf(row.arrivals),
    turnedAway: standing(row),
    answered: row.answered,
  }
}

function lastOf(arrivals: readonly DoorArrival[]): DoorGuest['lastArrival'] {
  // One without a connection may be recorded after one that came later.
  const last = arrivals.toSorted((one, other) => Date.parse(one.cameAt) - Date.parse(other.cameAt)).at(-1)
  return last === undefined
    ? null
    : { at: last.cameAt, gate: last.gate, deviceId: last.deviceId, count: last.count }
}

function standing({ turned_away, arrivals }: DoorColumns): DoorGuest['turnedAway'] {
  if (turned_away === null || arrivals.some(({ cameAt }) => cameAt >= turned_away.at)) return null
  return turned_away
}
