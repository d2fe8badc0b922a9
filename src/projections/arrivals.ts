import type { FactType } from '../events/registry.ts'
import {
  defineTable,
  guestColumns,
  guestKeyOf,
  ignored,
  itemKeyOf,
  timeOf,
  type FactOfType,
  type Fold,
  type Projection,
} from './projection.ts'

export type CheckInRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly check_in_id: string
  readonly arrival_count: number
  readonly gate: string
  readonly device_id: string
  /** By the device's clock. */
  readonly scanned_at: string
  /** By the server's clock. */
  readonly at: string
  readonly offline: boolean
  readonly undone: boolean
}

export type PartyRow = {
  readonly event_id: string
  readonly guest_id: string
  /** People with a seat, 0 without one. */
  readonly expected: number
}

const party = <T extends FactType>(
  expected: (fact: FactOfType<T>) => number,
): Fold<PartyRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (_row, fact) => ({ ...guestColumns(fact), expected: expected(fact) }),
})

const elsewhere = ignored(
  'ThresholdsChanged',
  'NetworkAllowed',
  'NetworkDisallowed',
  'StepUpConfigured',
  'RulesActivated',
  'ShadowRulesSet',
  'AccessShadowScored',
  'AccessAllowlisted',
  'AccessRescored',
  'VerdictGiven',
  'VerdictWithdrawn',
  'StepUpRequested',
  'StepUpFailed',
  'StepUpPassed',
  'HostRegistered',
  'HostPasswordChanged',
  'PasswordResetRequested',
  'EmailClaimed',
  'SlugClaimed',
  'EventCreated',
  'EventDetailsChanged',
  'EventPublished',
  'EventClosed',
  'EventArchived',
  'CapacitySet',
  'GuestInvited',
  'GuestDetailsChanged',
  // The answers tell about the seats of somebody removed; whoever came in has come in.
  'GuestRemoved',
  // Nothing personal is kept here.
  'GuestForgotten',
  'LinkIssued',
  'LinkRevoked',
  'LinkTouched',
  'AccessAttempted',
  'AccessScored',
  'InvitationQueued',
  'InvitationSent',
  'InvitationFailed',
  'CheckInRefused',
)

/** Who is expected and who came in, by gate. */
export const arrivals: Projection = {
  name: 'arrivals',
  version: 1,
  tables: [
    defineTable<CheckInRow>({
      name: 'check_ins',
      columns: {
        event_id: 'text NOT NULL',
        guest_id: 'text NOT NULL',
        check_in_id: 'text NOT NULL',
        arrival_count: 'integer NOT NULL',
        gate: 'text NOT NULL',
        device_id: 'text NOT NULL',
        scanned_at: 'timestamptz NOT NULL',
        at: 'timestamptz NOT NULL',
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
            gate: fact.data.gate,
            device_id: fact.data.deviceId,
            scanned_at: fact.data.scannedAt,
            at: timeOf(fact),
            offline: fact.data.offline,
            undone: false,
          }),
        },
        CheckInUndone: {
          key: (fact) => itemKeyOf(fact, fact.data.checkInId),
          evolve: (row) => (row === undefined ? undefined : { ...row, undone: true }),
        },
        ...elsewhere,
        ...ignored('RsvpAnswered', 'RsvpPromoted', 'RsvpWithdrawn'),
      },
    }),
    defineTable<PartyRow>({
      name: 'parties',
      columns: { event_id: 'text NOT NULL', guest_id: 'text NOT NULL', expected: 'integer NOT NULL' },
      indexes: ['event_id'],
      folds: {
        RsvpAnswered: party(({ data }) => (data.status === 'confirmed' ? data.partySize : 0)),
        RsvpPromoted: party(({ data }) => data.partySize),
        RsvpWithdrawn: party(() => 0),
        ...elsewhere,
        ...ignored('GuestCheckedIn', 'CheckInUndone'),
      },
    }),
  ],
}
