import type { ActivityItem } from '../contracts/activity.ts'
import { ERASED, known } from '../events/fact.ts'
import type { Band } from '../events/guest.ts'
import type { FactType } from '../events/registry.ts'
import type { JsonValue } from '../eventstore/port.ts'
import { deviceOf } from './device.ts'
import {
  allItemsOf,
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

export type ActivityKind = ActivityItem['kind']

/** One line of the monitor in codes and numbers: the words are chosen when it is read. */
export type ActivityRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly item_id: string
  readonly kind: ActivityKind
  readonly at: string
  /** Position of the fact it began with: its place in the list. */
  readonly listed_at: string
  /** Position of the last fact that changed it: its place in the live feed. */
  readonly told_at: string
  /** What the sentence needs beside the columns; nothing personal. */
  readonly details: { readonly [name: string]: JsonValue }
  readonly score: number | null
  readonly band: Band | null
  readonly decision: 'allowed' | 'blocked' | 'challenged' | null
  readonly rule_set: string | null
  readonly sub_scores: Readonly<Record<string, number>> | null
  readonly reasons: { code: string; params: Record<string, number> }[]
  /** Personal from here on. */
  readonly place: { readonly city: string | null; readonly country: string | null } | null
  readonly reason_places: { readonly before: string | null; readonly now: string | null } | null
  readonly device: string | null
}

export type PersonRow = { readonly event_id: string; readonly guest_id: string; readonly name: string | null }

function begin(fact: FactOfType<FactType>, item_id: string, kind: ActivityKind): ActivityRow {
  return {
    ...guestColumns(fact),
    item_id,
    kind,
    at: timeOf(fact),
    listed_at: String(fact.position),
    told_at: String(fact.position),
    details: {},
    score: null,
    band: null,
    decision: null,
    rule_set: null,
    sub_scores: null,
    reasons: [],
    place: null,
    reason_places: null,
    device: null,
  }
}

/** An item that one fact says all about. */
const item = <T extends FactType>(
  kind: ActivityKind,
  details: (fact: FactOfType<T>) => ActivityRow['details'],
  idOf: (fact: FactOfType<T>) => string = (fact) => fact.id,
): Fold<ActivityRow, FactOfType<T>> => ({
  key: (fact) => itemKeyOf(fact, idOf(fact)),
  evolve: (_row, fact) => ({ ...begin(fact, idOf(fact), kind), details: details(fact) }),
})

const opening: Fold<ActivityRow, FactOfType<'AccessAttempted'>> = {
  key: (fact) => itemKeyOf(fact, fact.data.attemptId),
  evolve: (_row, fact) => ({
    ...begin(fact, fact.data.attemptId, 'opening'),
    device: deviceOf(known(fact.personal, 'userAgent')),
  }),
}

const scored: Fold<ActivityRow, FactOfType<'AccessScored'>> = {
  key: (fact) => itemKeyOf(fact, fact.data.attemptId),
  evolve: (row, fact) => {
    const { attemptId, score, band, decision, ruleSet, subScores, reasons, late } = fact.data
    const place = known(fact.personal, 'place')
    return {
      ...(row ?? begin(fact, attemptId, 'opening')),
      told_at: String(fact.position),
      details: { late },
      score,
      band,
      decision,
      rule_set: ruleSet,
      sub_scores: subScores,
      reasons,
      place: place === null ? null : { city: place.city, country: place.country },
      reason_places: known(fact.personal, 'places'),
    }
  },
}

const person = <T extends FactType>(
  name: (row: PersonRow | undefined, fact: FactOfType<T>) => string | null,
): Fold<PersonRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (row, fact) => ({ ...guestColumns(fact), name: name(row, fact) }),
})

const unrelated = ignored(
  'ThresholdsChanged',
  'NetworkAllowed',
  'NetworkDisallowed',
  'StepUpConfigured',
  'RulesActivated',
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
  // The history of somebody who left the list stays.
  'GuestRemoved',
  'RsvpWithdrawn',
  'LinkIssued',
  'LinkRevoked',
  'LinkTouched',
  'InvitationQueued',
  'InvitationSent',
  'InvitationFailed',
)

/** The live monitor: answers, openings and arrivals in the order in which they happened, with the names of today. */
export const activity: Projection = {
  name: 'activity',
  version: 1,
  announces: 'items',
  tables: [
    defineTable<PersonRow>({
      name: 'people',
      columns: { event_id: 'text NOT NULL', guest_id: 'text NOT NULL', name: 'text' },
      indexes: [],
      folds: {
        GuestInvited: person((_row, { personal }) => known(personal, 'name')),
        GuestDetailsChanged: person((row, { personal }) =>
          personal === ERASED ? null : (personal.name ?? row?.name ?? null),
        ),
        GuestForgotten: person(() => null),
        ...unrelated,
        ...ignored('RsvpAnswered', 'RsvpPromoted', 'AccessAttempted', 'AccessScored'),
        ...ignored('GuestCheckedIn', 'CheckInRefused', 'CheckInUndone'),
        ...ignored(
          'AccessAllowlisted',
          'AccessRescored',
          'VerdictGiven',
          'StepUpRequested',
          'StepUpFailed',
          'StepUpPassed',
        ),
      },
    }),
    defineTable<ActivityRow>({
      name: 'items',
      columns: {
        event_id: 'text NOT NULL',
        guest_id: 'text NOT NULL',
        item_id: 'text NOT NULL',
        kind: 'text NOT NULL',
        at: 'timestamptz NOT NULL',
        listed_at: 'bigint NOT NULL',
        told_at: 'bigint NOT NULL',
        details: 'jsonb NOT NULL',
        score: 'integer',
        band: 'text',
        decision: 'text',
        rule_set: 'text',
        sub_scores: 'jsonb',
        reasons: 'jsonb NOT NULL',
        place: 'jsonb',
        reason_places: 'jsonb',
        device: 'text',
      },
      indexes: ['event_id, listed_at', 'event_id, told_at'],
      folds: {
        AccessAttempted: opening,
        AccessScored: scored,
        RsvpAnswered: item('rsvp', ({ data: { answer, status, partySize } }) => ({
          answer,
          status,
          partySize,
        })),
        RsvpPromoted: item('promotion', ({ data: { partySize } }) => ({ partySize })),
        GuestCheckedIn: item(
          'check_in',
          ({ data: { arrivalCount, gate, offline } }) => ({ arrivalCount, gate, offline }),
          ({ data }) => data.checkInId,
        ),
        CheckInRefused: item('check_in_refused', ({ data: { reason, gate } }) => ({ reason, gate })),
        CheckInUndone: item('check_in_undone', () => ({})),
        GuestForgotten: {
          key: allItemsOf,
          evolve: (row) =>
            row === undefined ? undefined : { ...row, place: null, reason_places: null, device: null },
        },
        ...unrelated,
        ...ignored('GuestInvited', 'GuestDetailsChanged'),
        ...ignored(
          'AccessAllowlisted',
          'AccessRescored',
          'VerdictGiven',
          'StepUpRequested',
          'StepUpFailed',
          'StepUpPassed',
        ),
      },
    }),
  ],
}
