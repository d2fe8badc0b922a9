import { doorGuestColumns, doorGuestFolds, type DoorGuestRow } from './door-guest.ts'
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
import { defineTable, eventKeyOf, timeOf, type Projection } from './projection.ts'

export type TicketRow = {
  readonly event_id: string
  readonly ticket_id: string
  readonly gate: string
  readonly issued_at: string
  readonly expires_at: string
  readonly revoked_at: string | null
}

export type DeviceRow = {
  readonly event_id: string
  readonly ticket_id: string
  readonly device_id: string
  readonly first_seen_at: string
  readonly last_seen_at: string
}

const tickets = defineTable<TicketRow>({
  name: 'tickets',
  columns: {
    event_id: 'text NOT NULL',
    ticket_id: 'text NOT NULL',
    gate: 'text NOT NULL',
    issued_at: 'timestamptz NOT NULL',
    expires_at: 'timestamptz NOT NULL',
    revoked_at: 'timestamptz',
  },
  indexes: ['event_id'],
  folds: {
    ScannerTicketIssued: {
      key: (fact) => `${eventKeyOf(fact)}/${fact.data.ticketId}`,
      evolve: (_row, fact) => ({
        event_id: eventKeyOf(fact),
        ticket_id: fact.data.ticketId,
        gate: fact.data.gate,
        issued_at: timeOf(fact),
        expires_at: fact.data.expiresAt,
        revoked_at: null,
      }),
    },
    ScannerTicketRevoked: {
      key: (fact) => `${eventKeyOf(fact)}/${fact.data.ticketId}`,
      evolve: (row, fact) => row && { ...row, revoked_at: timeOf(fact) },
    },
    ...ofNoEvent,
    ...ofSettings,
    ...ignored('ScannerDeviceSeen'),
    ...ofGuestList,
    ...ofLinks,
    ...ofAccess,
    ...ofAnswers,
    ...ofDoor,
  },
})

const devices = defineTable<DeviceRow>({
  name: 'devices',
  columns: {
    event_id: 'text NOT NULL',
    ticket_id: 'text NOT NULL',
    device_id: 'text NOT NULL',
    first_seen_at: 'timestamptz NOT NULL',
    last_seen_at: 'timestamptz NOT NULL',
  },
  indexes: ['event_id'],
  folds: {
    ScannerDeviceSeen: {
      key: (fact) => `${eventKeyOf(fact)}/${fact.data.ticketId}/${fact.data.deviceId}`,
      evolve: (row, fact) => ({
        event_id: eventKeyOf(fact),
        ticket_id: fact.data.ticketId,
        device_id: fact.data.deviceId,
        first_seen_at: row?.first_seen_at ?? timeOf(fact),
        last_seen_at: timeOf(fact),
      }),
    },
    ...ofNoEvent,
    ...ofSettings,
    ...ignored('ScannerTicketIssued', 'ScannerTicketRevoked'),
    ...ofGuestList,
    ...ofLinks,
    ...ofAccess,
    ...ofAnswers,
    ...ofDoor,
  },
})

const guests = defineTable<DoorGuestRow>({
  name: 'guests',
  columns: doorGuestColumns,
  // The delta of a manifest, and the guests of one event.
  indexes: ['event_id, told_at'],
  folds: {
    ...doorGuestFolds,
    ...ofNoEvent,
    ...ofSettings,
    ...ofTickets,
    ...ignored('LinkTouched', 'InvitationQueued', 'InvitationSent', 'InvitationFailed'),
    ...ignored(
      'AccessAttempted',
      'AccessShadowScored',
      'AccessAllowlisted',
      'StepUpRequested',
      'StepUpFailed',
    ),
    ...ignored('CapacitySet'),
    ...ofConflicts,
    ...ignored('CheckInRefused', 'ScanRefused'),
  },
})

/** What devices at the door need to decide by themselves, and which devices those are. */
export const door: Projection = { name: 'door', version: 8, tables: [guests, tickets, devices] }
