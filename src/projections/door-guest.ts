import { happenedAt } from '../events/scan-time.ts'
import { ERASED, known, type Erased } from '../events/fact.ts'
import type { Band } from '../events/guest.ts'
import type { Fact, FactType } from '../events/registry.ts'
import type { RsvpStatus } from '../events/rsvps.ts'
import {
  withCode,
  withScore,
  withVerdict,
  worstOf,
  type Cleared,
  type Scored,
  type Tally,
} from '../scoring/tally.ts'
import { folded } from './guest-row.ts'
import { guestColumns, guestKeyOf, timeOf, type FactOfType, type Fold, type Folds } from './projection.ts'

/** What a device at the door has to know of a guest, to decide by itself. */
export type DoorGuestRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly listed: boolean
  readonly erased: boolean
  readonly name: string | null
  /** The name without case and accents. */
  readonly search: string
  /** The names of those who come along, likewise, each on a line. */
  readonly companions_search: string
  readonly pass_version: number
  readonly pass_revoked: boolean
  readonly scores: Tally
  /** Those that are known to be the guest: they are no risk. */
  readonly cleared: Cleared
  readonly risk: Band | null
  /** People with a seat, null without one. */
  readonly expected: number | null
  /** What became of their answer, null without one. */
  readonly answered: RsvpStatus | null
  readonly companions: string[]
  readonly arrived: number
  /** Those that were not undone, in the order in which they were recorded. */
  readonly arrivals: DoorArrival[]
  /** The latest time that staff sent the party away, null before the first. */
  readonly turned_away: {
    /** ISO 8601, when it happened. */
    readonly at: string
    readonly gate: string
    readonly reason: FactOfType<'GuestTurnedAway'>['data']['reason']
  } | null
  /** Position of the last fact that changed what a device is told. */
  readonly told_at: string
}

export type DoorArrival = {
  readonly id: string
  readonly at: string
  /** ISO 8601: when they came in, which of an offline scan is before it was recorded. */
  readonly cameAt: string
  readonly gate: string
  readonly deviceId: string
  readonly count: number
  readonly counted: number
}

export const doorGuestColumns: { readonly [C in keyof DoorGuestRow]: string } = {
  event_id: 'text NOT NULL',
  guest_id: 'text NOT NULL',
  listed: 'boolean NOT NULL',
  erased: 'boolean NOT NULL',
  name: 'text',
  search: 'text NOT NULL',
  companions_search: 'text NOT NULL',
  pass_version: 'integer NOT NULL',
  pass_revoked: 'boolean NOT NULL',
  scores: 'jsonb NOT NULL',
  cleared: 'jsonb NOT NULL',
  risk: 'text',
  expected: 'integer',
  answered: 'text',
  companions: 'jsonb NOT NULL',
  arrived: 'integer NOT NULL',
  arrivals: 'jsonb NOT NULL',
  turned_away: 'jsonb',
  told_at: 'bigint NOT NULL',
}

const newRow = (fact: Fact): DoorGuestRow => ({
  ...guestColumns(fact),
  listed: false,
  erased: false,
  name: null,
  search: '',
  companions_search: '',
  pass_version: 0,
  pass_revoked: true,
  scores: {},
  cleared: {},
  risk: null,
  expected: null,
  answered: null,
  companions: [],
  arrived: 0,
  arrivals: [],
  turned_away: null,
  told_at: '0',
})

/** All but what is counted to find the risk: most openings leave it as it is, and then no device has to hear of them. */
const TOLD = Object.keys(doorGuestColumns).filter(
  (column) => column !== 'scores' && column !== 'cleared' && column !== 'told_at',
) as readonly (keyof DoorGuestRow)[]

const guest = <T extends FactType>(
  change: (row: DoorGuestRow, fact: FactOfType<T>) => Partial<DoorGuestRow>,
): Fold<DoorGuestRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (before, fact) => {
    const row = before ?? newRow(fact)
    const after = { ...row, ...change(row, fact) }
    const told = TOLD.some((column) => after[column] !== row[column])
    // Answers that were applied late keep their place before what came after them.
    return told && fact.position > BigInt(row.told_at) ? { ...after, told_at: String(fact.position) } : after
  },
})

function named(row: DoorGuestRow, personal: { readonly name?: string | undefined } | Erased) {
  if (personal === ERASED || row.erased) return { name: null, search: '' }
  const name = personal.name ?? row.name
  return { name, search: folded(name ?? '') }
}

const assessed = ({ scores, cleared }: Scored) => ({
  scores,
  cleared,
  risk: worstOf({ scores, cleared })?.band ?? null,
})

const accompanied = (names: readonly string[]) => ({
  companions: [...names],
  companions_search: folded(names.join('\n')),
})

const withArrivals = (arrivals: DoorArrival[]) => ({
  arrivals,
  arrived: arrivals.reduce((sum, { counted }) => sum + counted, 0),
})

const momentOf = (fact: FactOfType<'GuestCheckedIn' | 'GuestTurnedAway'>) =>
  new Date(happenedAt(fact)).toISOString()

type Handled =
  | 'GuestInvited'
  | 'GuestDetailsChanged'
  | 'GuestRemoved'
  | 'GuestForgotten'
  | 'LinkIssued'
  | 'LinkRevoked'
  | 'AccessScored'
  | 'AccessRescored'
  | 'VerdictGiven'
  | 'VerdictWithdrawn'
  | 'StepUpPassed'
  | 'GuestCheckedIn'
  | 'CheckInUndone'
  | 'GuestTurnedAway'
  | 'RsvpAnswered'
  | 'RsvpPromoted'
  | 'RsvpWithdrawn'

export const doorGuestFolds: Pick<Folds<DoorGuestRow>, Handled> = {
  GuestInvited: guest((row, { personal }) => ({ ...named(row, personal), listed: true })),
  GuestDetailsChanged: guest((row, { personal }) => named(row, personal)),
  GuestRemoved: guest(() => ({ listed: false })),
  GuestForgotten: guest(() => ({ listed: false, erased: true, name: null, search: '', ...accompanied([]) })),
  LinkIssued: guest((_row, { data }) => ({ pass_version: data.version, pass_revoked: false })),
  LinkRevoked: guest((_row, { data }) => ({ pass_version: data.version, pass_revoked: true })),
  AccessScored: guest((row, { data }) => assessed(withScore(row, data))),
  AccessRescored: guest((row, { data }) => assessed(withScore(row, data, data.before))),
  VerdictGiven: guest((row, { data }) => assessed(withVerdict(row, data, data.verdict))),
  VerdictWithdrawn: guest((row, { data }) => assessed(withVerdict(row, data, null))),
  StepUpPassed: guest((row, { data }) => assessed(withCode(row, data))),
  GuestCheckedIn: guest((row, fact) => {
    const { checkInId: id, gate, deviceId, arrivalCount: count, counted } = fact.data
    const others = row.arrivals.filter((one) => one.id !== id)
    return withArrivals([
      ...others,
      { id, at: timeOf(fact), cameAt: momentOf(fact), gate, deviceId, count, counted },
    ])
  }),
  CheckInUndone: guest((row, { data }) => {
    const counted = new Map(data.recounted.map((one) => [one.checkInId, one.counted]))
    const left = row.arrivals.filter(({ id }) => id !== data.checkInId)
    return withArrivals(left.map((one) => ({ ...one, counted: counted.get(one.id) ?? one.counted })))
  }),
  GuestTurnedAway: guest(({ turned_away: before }, fact) => {
    const { gate, reason } = fact.data
    const at = momentOf(fact)
    // An older one may be uploaded after a newer one.
    return { turned_away: before !== null && before.at > at ? before : { at, gate, reason } }
  }),
  RsvpAnswered: guest((row, { data, personal }) => ({
    answered: data.status,
    expected: data.status === 'confirmed' ? data.partySize : null,
    ...accompanied(row.erased ? [] : (known(personal, 'plusOneNames') ?? [])),
  })),
  RsvpPromoted: guest((_row, { data }) => ({ answered: 'confirmed', expected: data.partySize })),
  RsvpWithdrawn: guest(() => ({ answered: null, expected: null, ...accompanied([]) })),
}
