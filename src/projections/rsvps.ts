import { ERASED } from '../events/fact.ts'
import type { Answer, RsvpStatus } from '../events/rsvps.ts'
import type { FactType } from '../events/registry.ts'
import { ignored, ofAccess, ofDoor, ofLinks, ofNoEvent, ofSettings, ofTickets } from './ignored.ts'
import {
  defineTable,
  guestColumns,
  guestKeyOf,
  timeOf,
  type FactOfType,
  type Fold,
  type Projection,
} from './projection.ts'

export type RsvpRow = {
  readonly event_id: string
  readonly guest_id: string
  /** Null before the first answer and after a withdrawal. */
  readonly answer: Answer | null
  readonly status: RsvpStatus | null
  readonly party_size: number
  readonly plus_one_names: string[]
  readonly note: string | null
  readonly erased: boolean
  /** Null before the first answer. */
  readonly answered_at: string | null
  /** Position of the answer that put the party at the end of the waitlist, null when not waiting. */
  readonly waiting_since: string | null
}

function answer<T extends FactType>(
  change: (row: RsvpRow, fact: FactOfType<T>) => Partial<RsvpRow>,
): Fold<RsvpRow, FactOfType<T>> {
  return {
    key: guestKeyOf,
    evolve(before, fact) {
      const row = before ?? newRow(fact)
      return { ...row, ...change(row, fact) }
    },
  }
}

const newRow = (fact: FactOfType<FactType>): RsvpRow => ({
  ...guestColumns(fact),
  answer: null,
  status: null,
  party_size: 0,
  plus_one_names: [],
  note: null,
  erased: false,
  answered_at: null,
  waiting_since: null,
})

/** A party that became smaller keeps its place, a larger one would push back those behind it and goes to the end. */
function waitingSince(row: RsvpRow, { data, position }: FactOfType<'RsvpAnswered'>): string | null {
  if (data.status !== 'waitlisted') return null
  const keepsPlace = row.status === 'waitlisted' && data.partySize <= row.party_size
  return keepsPlace ? row.waiting_since : String(position)
}

/** Answers with what the guest wrote, and the order of the waitlist. */
export const rsvps: Projection = {
  name: 'rsvps',
  version: 1,
  tables: [
    defineTable<RsvpRow>({
      name: 'answers',
      columns: {
        event_id: 'text NOT NULL',
        guest_id: 'text NOT NULL',
        answer: 'text',
        status: 'text',
        party_size: 'integer NOT NULL',
        plus_one_names: 'jsonb NOT NULL',
        note: 'text',
        erased: 'boolean NOT NULL',
        answered_at: 'timestamptz',
        waiting_since: 'bigint',
      },
      indexes: ['event_id'],
      folds: {
        RsvpAnswered: answer((row, fact) => {
          const { answer, partySize, status } = fact.data
          const personal = fact.personal === ERASED || row.erased ? null : fact.personal
          return {
            answer,
            status,
            party_size: partySize,
            plus_one_names: personal?.plusOneNames ?? [],
            note: personal?.note ?? null,
            answered_at: timeOf(fact),
            waiting_since: waitingSince(row, fact),
          }
        }),
        RsvpPromoted: answer((_row, { data }) => ({
          status: 'confirmed',
          party_size: data.partySize,
          waiting_since: null,
        })),
        RsvpWithdrawn: answer(() => ({
          answer: null,
          status: null,
          party_size: 0,
          plus_one_names: [],
          note: null,
          waiting_since: null,
        })),
        GuestForgotten: answer(() => ({ plus_one_names: [], note: null, erased: true })),
        ...ofNoEvent,
        ...ofSettings,
        ...ofTickets,
        ...ignored('GuestInvited', 'GuestDetailsChanged', 'GuestRemoved'),
        ...ofLinks,
        ...ofAccess,
        ...ignored('CapacitySet'),
        ...ofDoor,
      },
    }),
  ],
}
