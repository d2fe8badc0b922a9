import type { NewGuestFact } from '../events/guest.ts'
import type { FactType } from '../events/registry.ts'
import { happenedAt } from '../events/scan-time.ts'
import {
  ignored,
  ofAccess,
  ofAnswers,
  ofConflicts,
  ofDoor,
  ofGuestList,
  ofLinks,
  ofNoEvent,
  ofSettings,
  ofTickets,
} from './ignored.ts'
import {
  allItemsOf,
  defineTable,
  guestColumns,
  guestKeyOf,
  itemKeyOf,
  timeOf,
  type FactOfType,
  type Fold,
  type Projection,
} from './projection.ts'

type Conflict = Extract<NewGuestFact, { type: 'CheckInConflicted' }>['data']
type Settled = Extract<NewGuestFact, { type: 'CheckInConflictSettled' }>['data']

export type CheckInRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly check_in_id: string
  readonly arrival_count: number
  /** Those who were not counted with another arrival. */
  readonly counted: number
  readonly gate: string
  readonly ticket_id: string | null
  readonly device_id: string
  /** By the device's clock, from 1970 on. */
  readonly scanned_at: string
  /** By the server's clock. */
  readonly at: string
  /** When they came in: what the server saw itself, else what the device says, as long as that is over. */
  readonly came_at: string
  readonly offline: boolean
  readonly undone: boolean
}

export type PartyRow = {
  readonly event_id: string
  readonly guest_id: string
  /** People with a seat, 0 without one. */
  readonly expected: number
}

export type ConflictRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly check_in_id: string
  readonly kind: Conflict['kind']
  readonly refusal: Conflict['refusal']
  readonly expected: number
  readonly arrivals: (Conflict['arrivals'][number] & { undone: boolean })[]
  readonly at: string
  /** How the host settled it, null where nobody did or who did took it back. */
  readonly settled: { readonly how: Settled['how']; readonly at: string; readonly by: string } | null
  /** Nothing is left to do: it is settled, or arrivals were taken back and what remains may be right. */
  readonly resolved: boolean
}

/**
 * Facts of earlier releases may have any time in ISO 8601: PostgreSQL has no year 0, and reads no text of more than 128
 * characters as a time.
 */
const storable = (at: string): string => new Date(Math.max(0, Date.parse(at))).toISOString()

const party = <T extends FactType>(
  expected: (fact: FactOfType<T>) => number,
): Fold<PartyRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (_row, fact) => ({ ...guestColumns(fact), expected: expected(fact) }),
})

function changed(row: ConflictRow, change: Partial<Pick<ConflictRow, 'arrivals' | 'settled'>>): ConflictRow {
  const now = { ...row, ...change }
  return { ...now, resolved: now.settled !== null || mayBeRight(now) }
}

/** Whether what was not taken back is no conflict. */
function mayBeRight({ kind, expected, arrivals, check_in_id }: ConflictRow): boolean {
  const left = arrivals.filter((one) => !one.undone)
  const people = left.reduce((sum, { count }) => sum + count, 0)
  return (
    arrivals.some((one) => one.undone && one.checkInId === check_in_id) ||
    (kind === 'admitted_twice' && left.length < 2) ||
    (kind === 'more_than_expected' && people <= expected)
  )
}

/** What none of the tables reads. The answers tell about the seats of somebody removed. */
const elsewhere = { ...ofNoEvent, ...ofSettings, ...ofTickets, ...ofGuestList, ...ofLinks, ...ofAccess }

const checkIns = defineTable<CheckInRow>({
  name: 'check_ins',
  columns: {
    event_id: 'text NOT NULL',
    guest_id: 'text NOT NULL',
    check_in_id: 'text NOT NULL',
    arrival_count: 'integer NOT NULL',
    counted: 'integer NOT NULL',
    gate: 'text NOT NULL',
    ticket_id: 'text',
    device_id: 'text NOT NULL',
    scanned_at: 'timestamptz NOT NULL',
    at: 'timestamptz NOT NULL',
    came_at: 'timestamptz NOT NULL',
    offline: 'boolean NOT NULL',
    undone: 'boolean NOT NULL',
  },
  indexes: ['event_id, check_in_id'],
  folds: {
    GuestCheckedIn: {
      key: (fact) => itemKeyOf(fact, fact.data.checkInId),
      evolve: (_row, fact) => ({
        ...guestColumns(fact),
        check_in_id: fact.data.checkInId,
        arrival_count: fact.data.arrivalCount,
        counted: fact.data.counted,
        gate: fact.data.gate,
        ticket_id: fact.data.ticketId,
        device_id: fact.data.deviceId,
        scanned_at: storable(fact.data.scannedAt),
        at: timeOf(fact),
        came_at: new Date(happenedAt(fact)).toISOString(),
        offline: fact.data.offline,
        undone: false,
      }),
    },
    CheckInUndone: {
      key: allItemsOf,
      evolve: (row, { data: { checkInId, recounted } }) => {
        if (row?.check_in_id === checkInId) return { ...row, undone: true }
        const again = recounted.find((one) => one.checkInId === row?.check_in_id)
        return row === undefined || again === undefined ? row : { ...row, counted: again.counted }
      },
    },
    ...elsewhere,
    ...ofAnswers,
    ...ofConflicts,
    ...ignored('CheckInRefused', 'GuestTurnedAway', 'ScanRefused'),
  },
})

const conflicts = defineTable<ConflictRow>({
  name: 'conflicts',
  columns: {
    event_id: 'text NOT NULL',
    guest_id: 'text NOT NULL',
    check_in_id: 'text NOT NULL',
    kind: 'text NOT NULL',
    refusal: 'text',
    expected: 'integer NOT NULL',
    arrivals: 'jsonb NOT NULL',
    at: 'timestamptz NOT NULL',
    settled: 'jsonb',
    resolved: 'boolean NOT NULL',
  },
  indexes: ['event_id'],
  folds: {
    CheckInConflicted: {
      key: (fact) => itemKeyOf(fact, fact.data.checkInId),
      evolve: (_row, fact) => {
        const { checkInId, kind, refusal, expected, arrivals } = fact.data
        return {
          ...guestColumns(fact),
          check_in_id: checkInId,
          kind,
          refusal,
          expected,
          arrivals: arrivals.map((one) => ({ ...one, undone: false })),
          at: timeOf(fact),
          settled: null,
          resolved: false,
        }
      },
    },
    CheckInConflictSettled: {
      key: (fact) => itemKeyOf(fact, fact.data.checkInId),
      evolve: (row, fact) =>
        row && changed(row, { settled: { how: fact.data.how, at: timeOf(fact), by: fact.actor } }),
    },
    CheckInConflictReopened: {
      key: (fact) => itemKeyOf(fact, fact.data.checkInId),
      evolve: (row) => row && changed(row, { settled: null }),
    },
    CheckInUndone: {
      key: allItemsOf,
      evolve: (row, { data: { checkInId } }) =>
        row &&
        changed(row, {
          arrivals: row.arrivals.map((one) => (one.checkInId === checkInId ? { ...one, undone: true } : one)),
        }),
    },
    ...elsewhere,
    ...ofAnswers,
    ...ignored('GuestCheckedIn', 'CheckInRefused', 'GuestTurnedAway', 'ScanRefused'),
  },
})

const parties = defineTable<PartyRow>({
  name: 'parties',
  columns: { event_id: 'text NOT NULL', guest_id: 'text NOT NULL', expected: 'integer NOT NULL' },
  indexes: ['event_id'],
  folds: {
    RsvpAnswered: party(({ data }) => (data.status === 'confirmed' ? data.partySize : 0)),
    RsvpPromoted: party(({ data }) => data.partySize),
    RsvpWithdrawn: party(() => 0),
    ...elsewhere,
    ...ignored('CapacitySet'),
    ...ofDoor,
  },
})

/** Who is expected and who came in, by gate, and what should not have happened. */
export const arrivals: Projection = { name: 'arrivals', version: 4, tables: [checkIns, parties, conflicts] }
