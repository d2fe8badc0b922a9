import { doorStream, hostStream, rsvpsStream, settingsStream } from '../../../src/events/streams.ts'
import { aHostId, anEventId, aTicketId } from './ids.ts'
import type { Data, InStream, Step } from './step.ts'

/** Steps of an event as its host makes it. */
export function eventSteps(event = 0) {
  const stream = settingsStream(anEventId(event))
  const step: InStream = (fact) => ({ stream, fact })
  return {
    created: (data: Partial<Data<'EventCreated'>> = {}) =>
      step({
        type: 'EventCreated',
        data: {
          ownerId: aHostId(),
          name: `Event ${String(event)}`,
          slug: `event-${String(event)}`,
          eventDate: '2026-07-01T18:00:00Z',
          timezone: 'Europe/Paris',
          venue: null,
          ...data,
        },
      }),
    changed: (data: Data<'EventDetailsChanged'>) => step({ type: 'EventDetailsChanged', data }),
    published: () => step({ type: 'EventPublished', data: {} }),
    closed: () => step({ type: 'EventClosed', data: {} }),
    archived: () => step({ type: 'EventArchived', data: {} }),
    thresholds: (version = 1) =>
      step({
        type: 'ThresholdsChanged',
        data: {
          from: { medium: 30, high: 60, block: 85 },
          to: { medium: 20, high: 50, block: 80 },
          version,
        },
      }),
    networkAllowed: (entryId = 'n1') =>
      step({
        type: 'NetworkAllowed',
        data: { entryId, hostId: aHostId() },
        personal: { cidr: '192.0.2.0/24', note: null },
      }),
    networkDisallowed: (entryId = 'n1') => step({ type: 'NetworkDisallowed', data: { entryId } }),
    stepUp: (high = true) => step({ type: 'StepUpConfigured', data: { high, blocked: false } }),
    ticketIssued: (ticket = 0, gate = 'Main entrance') =>
      step({
        type: 'ScannerTicketIssued',
        data: { ticketId: aTicketId(ticket), gate, expiresAt: '2026-07-02T04:00:00.000Z' },
      }),
    ticketRevoked: (ticket = 0) =>
      step({ type: 'ScannerTicketRevoked', data: { ticketId: aTicketId(ticket) } }),
    walkIns: (allowed = true) => step({ type: 'WalkInsConfigured', data: { allowed } }),
    capacity: (maxCapacity: number | null): Step => ({
      stream: rsvpsStream(anEventId(event)),
      fact: { type: 'CapacitySet', data: { maxCapacity } },
    }),
  }
}

/** Steps at the door of an event. */
export function doorSteps(event = 0) {
  const stream = doorStream(anEventId(event))
  const step: InStream = (fact) => ({ stream, fact })
  return {
    scanRefused: (scan = 0, data: Partial<Data<'ScanRefused'>> = {}) =>
      step({
        type: 'ScanRefused',
        data: {
          reason: 'pass_forged',
          gate: 'Main entrance',
          ticketId: aTicketId(),
          deviceId: null,
          scanId: `scan-${String(scan)}`,
          scannedAt: null,
          offline: false,
          last: false,
          ...data,
        },
      }),
    deviceSeen: (deviceId = 'door-1', ticket = 0) =>
      step({ type: 'ScannerDeviceSeen', data: { ticketId: aTicketId(ticket), deviceId } }),
  }
}

export const hostRegistered = (host = 0): Step => ({
  stream: hostStream(aHostId(host)),
  fact: {
    type: 'HostRegistered',
    data: { plan: 'free' },
    personal: { email: 'host@example.org', name: 'A host', passwordHash: 'x' },
  },
})
