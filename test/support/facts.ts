import type { Actor } from '../../src/events/fact.ts'
import type { Fact, FactType, NewFact } from '../../src/events/registry.ts'
import { doorStream, guestStream, hostStream, rsvpsStream, settingsStream } from '../../src/events/streams.ts'
import type { Log } from '../../src/eventstore/log.ts'
import type { Position } from '../../src/eventstore/port.ts'
import { commandIdOf, factId } from '../../src/kernel/ids.ts'

/** 2026-06-01T10:00:00Z; every further fact comes a second later. */
export const START = Date.UTC(2026, 5, 1, 10)

/** Ids of the form of ULIDs, told apart by a number. */
const idOf = (kind: string, n: number): string => `01${kind}${String(n).padStart(24 - kind.length, '0')}`
export const anEventId = (n = 0): string => idOf('E', n)
export const aGuestId = (n = 0): string => idOf('G', n)
export const aHostId = (n = 0): string => idOf('H', n)
export const anAttemptId = (n = 0): string => idOf('A', n)
export const aTicketId = (n = 0): string => idOf('T', n)
export const aCheckInId = (n = 0): string => idOf('C', n)

/** A fact with the stream it belongs to. */
export interface Step {
  readonly stream: string
  readonly fact: NewFact
}

type Body<T extends FactType> = Extract<NewFact, { type: T }>
type Data<T extends FactType> = Body<T>['data']
type Personal<T extends FactType> = Body<T> extends { personal: infer P } ? P : never

const scanOf = (nonce: string) => ({
  gate: 'Main entrance',
  ticketId: aTicketId(),
  deviceId: 'door-1',
  nonce,
  scannedAt: '2026-06-01T19:00:00Z',
  offline: false,
})

/** Steps of one guest, with everything filled in that a test does not care about. */
export function guestSteps(event = 0, guest = 0) {
  const stream = guestStream(anEventId(event), aGuestId(guest))
  const seats = rsvpsStream(anEventId(event))
  const guestId = aGuestId(guest)
  const step = (fact: NewFact): Step => ({ stream, fact })
  return {
    invited: (personal: Partial<Personal<'GuestInvited'>> = {}, data: Partial<Data<'GuestInvited'>> = {}) =>
      step({
        type: 'GuestInvited',
        data: { plusOnesAllowed: 2, utmSource: null, batchId: null, ...data },
        personal: {
          name: `Guest ${String(guest)}`,
          email: `guest${String(guest)}@example.org`,
          phone: null,
          externalRef: null,
          ...personal,
        },
      }),
    changed: (personal: Personal<'GuestDetailsChanged'>, data: Data<'GuestDetailsChanged'> = {}) =>
      step({ type: 'GuestDetailsChanged', data, personal }),
    removed: () => step({ type: 'GuestRemoved', data: {} }),
    forgotten: () => step({ type: 'GuestForgotten', data: {} }),
    linkIssued: (version = 1) => step({ type: 'LinkIssued', data: { version } }),
    linkRevoked: (version = 1) => step({ type: 'LinkRevoked', data: { version } }),
    queued: () => step({ type: 'InvitationQueued', data: { messageId: 'm1', channel: 'email' } }),
    sent: () => step({ type: 'InvitationSent', data: { messageId: 'm1', channel: 'email' } }),
    failed: (reason = 'mailbox full') =>
      step({ type: 'InvitationFailed', data: { messageId: 'm1', channel: 'email', reason } }),
    touched: () =>
      step({
        type: 'LinkTouched',
        data: { kind: 'scanner' },
        personal: { ip: '192.0.2.1', userAgent: 'bot' },
      }),
    attempted: (attempt = 0, userAgent: string | null = IPHONE) =>
      step({
        type: 'AccessAttempted',
        data: {
          attemptId: anAttemptId(attempt),
          linkVersion: 1,
          hasUserAgent: userAgent !== null,
          hasFingerprint: false,
          deferred: false,
        },
        personal: {
          ip: '192.0.2.1',
          userAgent,
          fingerprint: null,
          fingerprintDigest: null,
          ipPrefix: '192.0.2',
        },
      }),
    scored: (attempt = 0, data: Partial<Data<'AccessScored'>> = {}) =>
      step({
        type: 'AccessScored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v1',
          score: 19,
          subScores: { missing_signals: 70 },
          reasons: [{ code: 'missing_signals', params: {} }],
          band: 'low',
          thresholds: { medium: 30, high: 60, block: 85 },
          thresholdsVersion: 0,
          verdict: null,
          decision: 'allowed',
          late: false,
          ...data,
        },
        personal: {
          place: { country: 'FR', city: 'Lyon', lat: 45.76, lon: 4.84, accuracyKm: 20 },
          places: { before: 'Paris', now: 'Lyon' },
        },
      }),
    shadowScored: (attempt = 0, data: Partial<Data<'AccessShadowScored'>> = {}) =>
      step({
        type: 'AccessShadowScored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v2',
          score: 40,
          subScores: { new_device: 100 },
          beside: { ruleSet: 'v1', score: 19 },
          ...data,
        },
      }),
    allowlisted: (attempt = 0) =>
      step({
        type: 'AccessAllowlisted',
        data: { attemptId: anAttemptId(attempt), entryId: 'n1' },
        personal: { place: { country: 'FR', city: 'Lyon', lat: 45.76, lon: 4.84, accuracyKm: 20 } },
      }),
    rescored: (attempt = 0, data: Partial<Data<'AccessRescored'>> = {}) =>
      step({
        type: 'AccessRescored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v2',
          score: 40,
          subScores: { missing_signals: 70 },
          reasons: [{ code: 'missing_signals', params: {} }],
          band: 'medium',
          thresholds: { medium: 30, high: 60, block: 85 },
          thresholdsVersion: 0,
          verdict: null,
          before: { ruleSet: 'v1', score: 19, band: 'low' },
          ...data,
        },
        personal: { places: { before: 'Paris', now: 'Lyon' } },
      }),
    verdict: (
      attempt = 0,
      verdict: Data<'VerdictGiven'>['verdict'] = 'legitimate',
      note: string | null = null,
    ) =>
      step({
        type: 'VerdictGiven',
        data: { attemptId: anAttemptId(attempt), verdict, before: null, score: 19 },
        personal: { note },
      }),
    verdictWithdrawn: (attempt = 0, before: Data<'VerdictWithdrawn'>['before'] = 'legitimate') =>
      step({ type: 'VerdictWithdrawn', data: { attemptId: anAttemptId(attempt), before, score: 19 } }),
    codeRequested: (attempt = 0) =>
      step({
        type: 'StepUpRequested',
        data: { attemptId: anAttemptId(attempt), challengeId: 'c1', channel: 'email' },
      }),
    codeFailed: (attempt = 0) =>
      step({ type: 'StepUpFailed', data: { attemptId: anAttemptId(attempt), challengeId: 'c1' } }),
    codePassed: (attempt = 0) =>
      step({ type: 'StepUpPassed', data: { attemptId: anAttemptId(attempt), challengeId: 'c1' } }),
    checkedIn: (
      checkIn = 0,
      arrivalCount = 1,
      gate = 'Main entrance',
      data: Partial<Data<'GuestCheckedIn'>> = {},
    ) =>
      step({
        type: 'GuestCheckedIn',
        data: {
          checkInId: aCheckInId(checkIn),
          arrivalCount,
          counted: arrivalCount,
          via: 'pass',
          ...scanOf(`nonce-${String(checkIn)}`),
          gate,
          ...data,
        },
      }),
    refused: (reason: Data<'CheckInRefused'>['reason'] = 'not_attending') =>
      step({
        type: 'CheckInRefused',
        data: {
          reason,
          ...scanOf('nonce-refused'),
        },
      }),
    turnedAway: (note: string | null = null) =>
      step({
        type: 'GuestTurnedAway',
        data: { reason: 'wrong_person', ...scanOf('nonce-away') },
        personal: { note },
      }),
    conflicted: (data: Partial<Data<'CheckInConflicted'>> & Pick<Data<'CheckInConflicted'>, 'checkInId'>) =>
      step({
        type: 'CheckInConflicted',
        data: { kind: 'admitted_twice', refusal: null, expected: 2, arrivals: [], ...data },
      }),
    undone: (checkIn = 0, recounted: Data<'CheckInUndone'>['recounted'] = []) =>
      step({ type: 'CheckInUndone', data: { checkInId: aCheckInId(checkIn), recounted } }),
    answered: (
      status: Data<'RsvpAnswered'>['status'] = 'confirmed',
      partySize = 1,
      personal: Partial<Personal<'RsvpAnswered'>> = {},
    ): Step => ({
      stream: seats,
      fact: {
        type: 'RsvpAnswered',
        data: {
          guestId,
          answer: status === 'confirmed' || status === 'waitlisted' ? 'attending' : status,
          partySize: status === 'declined' ? 0 : partySize,
          status,
        },
        personal: { plusOneNames: [], note: null, ...personal },
      },
    }),
    promoted: (partySize = 1): Step => ({
      stream: seats,
      fact: { type: 'RsvpPromoted', data: { guestId, partySize } },
    }),
    withdrawn: (): Step => ({ stream: seats, fact: { type: 'RsvpWithdrawn', data: { guestId } } }),
  }
}

export function eventSteps(event = 0) {
  const stream = settingsStream(anEventId(event))
  const step = (fact: NewFact): Step => ({ stream, fact })
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
  const step = (fact: NewFact): Step => ({ stream: doorStream(anEventId(event)), fact })
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

export const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

const actor: Actor = 'system:test'

/** What the log would give back for these steps, without a log. */
export function asFacts(steps: readonly Step[], firstPosition = 1n): Fact[] {
  const revisions = new Map<string, number>()
  return steps.map(({ stream, fact }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const commandId = commandIdOf('step', stream, String(revision))
    return {
      ...fact,
      id: factId(commandId, stream, 0),
      stream,
      revision,
      position: firstPosition + BigInt(index),
      at: START + index * 1_000,
      actor,
      correlationId: commandId,
      causationId: commandId,
      requestDigest: null,
    }
  })
}

let appended = 0

/** Appends steps one by one through the log. @returns the position of the last */
export async function appendSteps(log: Log, steps: readonly Step[]): Promise<Position> {
  let position: Position = 0n
  for (const { stream, fact } of steps) {
    appended += 1
    const commandId = commandIdOf('append', String(process.pid), String(appended))
    const context = { commandId, actor, at: START + appended * 1_000, correlationId: commandId }
    position = (await log.append(stream, 'any', [{ facts: [fact], context }])).position
  }
  return position
}

/** Appends many steps quickly: those of one stream in one append, streams side by side. */
export async function appendTogether(log: Log, steps: readonly Step[]): Promise<void> {
  const streams = Map.groupBy(steps, (step) => step.stream)
  await Promise.all(
    [...streams].map(([stream, own]) => {
      appended += 1
      const commandId = commandIdOf('together', String(process.pid), String(appended))
      const context = { commandId, actor, at: START + appended * 1_000, correlationId: commandId }
      return log.append(stream, 'any', [{ facts: own.map((step) => step.fact), context }])
    }),
  )
}
