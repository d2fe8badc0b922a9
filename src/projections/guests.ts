import type { FactType } from '../events/registry.ts'
import {
  assessed,
  ERASED_CONTACT,
  newGuestRow,
  statusOf,
  withArrivals,
  withContact,
  type GuestRow,
} from './guest-row.ts'
import { withCode, withScore, withVerdict } from '../scoring/tally.ts'
import { ignored, ofConflicts, ofNoEvent, ofSettings, ofTickets } from './ignored.ts'
import { defineTable, guestKeyOf, timeOf, type FactOfType, type Fold, type Projection } from './projection.ts'

/** Derived columns are set in one place, so that no fact forgets them. */
function guest<T extends FactType>(
  change: (row: GuestRow, fact: FactOfType<T>) => GuestRow,
): Fold<GuestRow, FactOfType<T>> {
  return {
    key: guestKeyOf,
    evolve(before, fact) {
      const row = before ?? newGuestRow(fact)
      const after = change(row, fact)
      const at = timeOf(fact)
      const created_at = at < row.created_at ? at : row.created_at
      const updated_at = at > row.updated_at ? at : row.updated_at
      return { ...after, status: statusOf(after), created_at, updated_at }
    },
  }
}

const columns: { readonly [C in keyof GuestRow]: string } = {
  event_id: 'text NOT NULL',
  guest_id: 'text NOT NULL',
  listed: 'boolean NOT NULL',
  erased: 'boolean NOT NULL',
  name: 'text',
  email: 'text',
  phone: 'text',
  external_ref: 'text',
  sort_name: 'text NOT NULL',
  search: 'text NOT NULL',
  plus_ones_allowed: 'integer NOT NULL',
  utm_source: 'text',
  batch_id: 'text',
  walk_in: 'boolean NOT NULL',
  details_command: 'text',
  status: 'text NOT NULL',
  link_version: 'integer NOT NULL',
  link_revoked: 'boolean NOT NULL',
  invitation_state: 'text NOT NULL',
  invitation_channel: 'text',
  invitation_error: 'text',
  invitation_command: 'text',
  invitation_link_version: 'integer',
  ever_sent: 'boolean NOT NULL',
  openings: 'integer NOT NULL',
  scores: 'jsonb NOT NULL',
  cleared: 'jsonb NOT NULL',
  risk: 'text',
  risk_score: 'integer',
  risk_order: 'integer NOT NULL',
  answer: 'text',
  rsvp_status: 'text',
  party_size: 'integer',
  arrived: 'integer NOT NULL',
  check_ins: 'jsonb NOT NULL',
  created_at: 'timestamptz NOT NULL',
  updated_at: 'timestamptz NOT NULL',
}

/** The guest list: one row a guest, kept after a removal so that an invitation can bring it back. */
export const guests: Projection = {
  name: 'guests',
  version: 7,
  tables: [
    defineTable<GuestRow>({
      name: 'guests',
      columns,
      indexes: ['event_id'],
      folds: {
        GuestInvited: guest((row, { data, personal, actor }) => ({
          ...withContact(row, personal),
          listed: true,
          plus_ones_allowed: data.plusOnesAllowed,
          utm_source: data.utmSource,
          batch_id: data.batchId,
          walk_in: actor.startsWith('door:'),
        })),
        GuestDetailsChanged: guest((row, { data, personal, causationId }) => ({
          ...withContact(row, personal),
          details_command: causationId,
          plus_ones_allowed: data.plusOnesAllowed ?? row.plus_ones_allowed,
          utm_source: data.utmSource === undefined ? row.utm_source : data.utmSource,
        })),
        GuestRemoved: guest((row) => ({ ...row, listed: false })),
        GuestForgotten: guest((row) => ({ ...row, ...ERASED_CONTACT, listed: false })),
        LinkIssued: guest((row, { data }) => ({ ...row, link_version: data.version, link_revoked: false })),
        LinkRevoked: guest((row, { data }) => ({ ...row, link_version: data.version, link_revoked: true })),
        InvitationQueued: guest((row, { data, causationId }) => ({
          ...row,
          invitation_state: 'queued',
          invitation_channel: data.channel,
          invitation_error: null,
          invitation_command: causationId,
          invitation_link_version: row.link_version,
        })),
        InvitationSent: guest((row, { data }) => ({
          ...row,
          invitation_state: 'sent',
          invitation_channel: data.channel,
          invitation_error: null,
          ever_sent: true,
        })),
        InvitationFailed: guest((row, { data }) => ({
          ...row,
          invitation_state: 'failed',
          invitation_channel: data.channel,
          invitation_error: data.reason,
        })),
        AccessAttempted: guest((row) => ({ ...row, openings: row.openings + 1 })),
        AccessScored: guest((row, { data }) => assessed(withScore(row, data))),
        AccessRescored: guest((row, { data }) => assessed(withScore(row, data, data.before))),
        VerdictGiven: guest((row, { data }) => assessed(withVerdict(row, data, data.verdict))),
        VerdictWithdrawn: guest((row, { data }) => assessed(withVerdict(row, data, null))),
        StepUpPassed: guest((row, { data }) => assessed(withCode(row, data))),
        GuestCheckedIn: guest((row, { data }) =>
          withArrivals(row, { ...row.check_ins, [data.checkInId]: data.counted }),
        ),
        CheckInUndone: guest((row, { data }) => {
          const { [data.checkInId]: _undone, ...kept } = row.check_ins
          const recounted = new Map(data.recounted.map(({ checkInId, counted }) => [checkInId, counted]))
          return withArrivals(row, { ...kept, ...Object.fromEntries(recounted) })
        }),
        RsvpAnswered: guest((row, { data }) => ({
          ...row,
          answer: data.answer,
          rsvp_status: data.status,
          party_size: data.partySize,
        })),
        RsvpPromoted: guest((row, { data }) => ({
          ...row,
          rsvp_status: 'confirmed',
          party_size: data.partySize,
        })),
        RsvpWithdrawn: guest((row) => ({ ...row, answer: null, rsvp_status: null, party_size: null })),
        ...ofNoEvent,
        ...ofSettings,
        ...ofTickets,
        // A visit that is not scored is no step of the guest: a scanner may have made it.
        ...ignored('LinkTouched'),
        ...ignored('AccessShadowScored', 'AccessAllowlisted', 'StepUpRequested', 'StepUpFailed'),
        ...ignored('CapacitySet'),
        ...ofConflicts,
        ...ignored('CheckInRefused', 'GuestTurnedAway', 'ScanRefused'),
      },
    }),
  ],
}
