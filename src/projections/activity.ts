import { ERASED, known } from '../events/fact.ts'
import type { FactType } from '../events/registry.ts'
import { happenedAt } from '../events/scan-time.ts'
import { openingFolds } from './activity-opening.ts'
import {
  AWAITS_VERDICT,
  begin,
  beginFor,
  type ActivityKind,
  type ActivityRow,
  type PersonRow,
} from './activity-row.ts'
import { ignored, ofAccess, ofAnswers, ofDoor, ofLinks, ofNoEvent, ofSettings, ofTickets } from './ignored.ts'
import {
  allItemsOf,
  defineTable,
  eventKeyOf,
  guestColumns,
  guestKeyOf,
  itemKeyOf,
  type FactOfType,
  type Fold,
  type Projection,
} from './projection.ts'

/** An item that one fact says all about. */
const item = <T extends FactType>(
  kind: ActivityKind,
  details: (fact: FactOfType<T>) => ActivityRow['details'],
  idOf: (fact: FactOfType<T>) => string = (fact) => fact.id,
): Fold<ActivityRow, FactOfType<T>> => ({
  key: (fact) => itemKeyOf(fact, idOf(fact)),
  evolve: (_row, fact) => ({ ...begin(fact, idOf(fact), kind), details: details(fact) }),
})

const person = <T extends FactType>(
  name: (row: PersonRow | undefined, fact: FactOfType<T>) => string | null,
): Fold<PersonRow, FactOfType<T>> => ({
  key: guestKeyOf,
  evolve: (row, fact) => ({ ...guestColumns(fact), name: name(row, fact) }),
})

/** The live monitor: answers, openings and arrivals in the order in which they happened, with the names of today. */
export const activity: Projection = {
  name: 'activity',
  version: 10,
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
        ...ofNoEvent,
        ...ofSettings,
        ...ofTickets,
        ...ignored('GuestRemoved'),
        ...ofLinks,
        ...ofAccess,
        ...ofAnswers,
        ...ofDoor,
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
        verdict: 'jsonb',
        verdict_at: 'bigint',
        scored_before: 'jsonb',
      },
      indexes: [
        'event_id, listed_at',
        'event_id, told_at',
        'event_id, item_id',
        { columns: 'event_id, verdict_at', where: 'verdict_at IS NOT NULL' },
        { columns: 'event_id, listed_at', where: AWAITS_VERDICT },
      ],
      folds: {
        ...openingFolds,
        RsvpAnswered: item('rsvp', ({ actor, data: { answer, status, partySize } }) => ({
          answer,
          status,
          partySize,
          // Only for somebody who is added there does the door answer.
          walkIn: actor.startsWith('door:'),
        })),
        RsvpPromoted: item('promotion', ({ data: { partySize } }) => ({ partySize })),
        GuestCheckedIn: item(
          'check_in',
          (fact) => {
            const { arrivalCount, gate, offline } = fact.data
            const cameAt = offline ? new Date(happenedAt(fact)).toISOString() : null
            return { arrivalCount, gate, offline, cameAt }
          },
          ({ data }) => data.checkInId,
        ),
        CheckInRefused: item('check_in_refused', ({ data: { reason, gate } }) => ({ reason, gate })),
        CheckInConflicted: item('check_in_conflict', ({ data: { kind, refusal, arrivals } }) => ({
          reason: kind,
          refusal,
          gates: arrivals.map(({ gate }) => gate),
        })),
        GuestTurnedAway: item('check_in_refused', ({ data: { reason, gate } }) => ({ reason, gate })),
        ScanRefused: {
          // About no guest: it stands beside the items of guests.
          key: (fact) => `${eventKeyOf(fact)}//${fact.id}`,
          evolve: (_row, fact) => {
            const { reason, gate, last } = fact.data
            const of = { event_id: eventKeyOf(fact), guest_id: '' }
            return { ...beginFor(of, fact, fact.id, 'check_in_refused'), details: { reason, gate, last } }
          },
        },
        CheckInConflictSettled: item('check_in_conflict_settled', ({ data: { checkInId, how } }) => ({
          checkInId,
          how,
        })),
        CheckInConflictReopened: item('check_in_conflict_settled', ({ data: { checkInId } }) => ({
          checkInId,
          how: null,
        })),
        CheckInUndone: item('check_in_undone', ({ data: { checkInId } }) => ({ checkInId })),
        GuestForgotten: {
          key: allItemsOf,
          evolve: (row) =>
            row === undefined
              ? undefined
              : {
                  ...row,
                  place: null,
                  reason_places: null,
                  device: null,
                  verdict: row.verdict === null ? null : { ...row.verdict, note: null },
                },
        },
        ...ofNoEvent,
        ...ofSettings,
        ...ofTickets,
        // The history of somebody who left the list stays.
        ...ignored('GuestInvited', 'GuestDetailsChanged', 'GuestRemoved'),
        ...ofLinks,
        ...ignored('AccessShadowScored'),
        ...ignored('RsvpWithdrawn', 'CapacitySet'),
      },
    }),
  ],
}
