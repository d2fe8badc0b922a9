import { describe, expect, test } from 'vitest'
import type { Fact } from '../../src/events/registry.ts'
import { DAY, HOUR } from '../../src/kernel/time.ts'
import { DEAD_LETTERS, JOB_MEMORY, queues } from '../../src/processes/queues.ts'
import {
  departures,
  lateScoring,
  notifications,
  processManagers,
  REPLY_MAX_AGE,
  RESET_MAX_AGE,
} from '../../src/processes/reactions.ts'
import { reactionsOf } from '../../src/processes/runner.ts'

const EVENT = '01JCDR00000000000000000000'
const GUEST = '01JCDG00000000000000000001'
const HOST = '01JCDH00000000000000000000'
const AT = Date.UTC(2026, 5, 1, 10)

const envelope = {
  id: '7b3f5d0e-0000-5000-8000-000000000001',
  revision: 3,
  position: 7n,
  at: AT,
  actor: 'host:x',
  correlationId: 'request-1',
  causationId: 'command-1',
  requestDigest: null,
} as const

function fact(stream: string, body: object): Fact {
  return { ...envelope, stream, ...body } as Fact
}

const ofGuest = (body: object) => fact(`event.${EVENT}-guest.${GUEST}`, body)
const ofRsvps = (body: object) => fact(`event.${EVENT}-rsvps`, body)
const cause = { factId: envelope.id, correlationId: 'request-1' }

describe('given a fact, these jobs follow', () => {
  test('InvitationQueued: the invitation is sent', () => {
    const queued = ofGuest({ type: 'InvitationQueued', data: { messageId: 'm1', channel: 'sms' } })
    expect(notifications.react(queued, AT)).toMatchObject([
      { queue: 'invitation', data: { ...cause, eventId: EVENT, guestId: GUEST, messageId: 'm1' } },
    ])
  })

  test('RsvpAnswered: the guest gets it in writing', () => {
    const data = { guestId: GUEST, answer: 'attending', partySize: 2, status: 'waitlisted' }
    const answered = ofRsvps({
      type: 'RsvpAnswered',
      data,
      personal: { plusOneNames: ['Eve'], note: 'vegan' },
    })
    expect(notifications.react(answered, AT)).toMatchObject([
      {
        queue: 'reply',
        data: {
          ...cause,
          eventId: EVENT,
          guestId: GUEST,
          status: 'waitlisted',
          partySize: 2,
          promoted: false,
          at: AT,
        },
      },
    ])
  })

  test('RsvpPromoted: the guest hears of the seats', () => {
    const promoted = ofRsvps({ type: 'RsvpPromoted', data: { guestId: GUEST, partySize: 2 } })
    expect(notifications.react(promoted, AT)).toMatchObject([
      { queue: 'reply', data: { status: 'confirmed', partySize: 2, promoted: true, at: AT } },
    ])
  })

  test('PasswordResetRequested: the host gets the link', () => {
    const requested = fact(`host-${HOST}`, { type: 'PasswordResetRequested', data: { requestId: 'r1' } })
    expect(notifications.react(requested, AT)).toMatchObject([
      { queue: 'password-reset', data: { ...cause, hostId: HOST, requestId: 'r1' } },
    ])
  })

  test('AccessAttempted: a score follows only when it was put off', () => {
    const opened = (deferred: boolean) =>
      ofGuest({ type: 'AccessAttempted', data: { attemptId: 'a1', deferred }, personal: 'erased' })
    expect(lateScoring.react(opened(false), AT)).toEqual([])
    expect(lateScoring.react(opened(true), AT)).toMatchObject([
      { queue: 'late-scoring', data: { ...cause, eventId: EVENT, guestId: GUEST, attemptId: 'a1' } },
    ])
  })

  test.each([
    ['GuestRemoved', false],
    ['GuestForgotten', true],
  ])('%s: the seats are given back', (type, forgotten) => {
    expect(departures.react(ofGuest({ type, data: {} }), AT)).toMatchObject([
      { queue: 'departure', data: { eventId: EVENT, guestId: GUEST, forgotten } },
    ])
  })
})

test('a confirmation or reset mail is not made for a fact that is too old, an invitation always is', () => {
  const data = { guestId: GUEST, answer: 'attending', partySize: 1, status: 'confirmed' }
  const answered = ofRsvps({ type: 'RsvpAnswered', data, personal: 'erased' })
  expect(notifications.react(answered, AT + 3 * DAY)).toHaveLength(1)
  expect(notifications.react(answered, AT + 3 * DAY + 1)).toEqual([])
  const promoted = ofRsvps({ type: 'RsvpPromoted', data: { guestId: GUEST, partySize: 1 } })
  expect(notifications.react(promoted, AT + 3 * DAY + 1)).toEqual([])
  const requested = fact(`host-${HOST}`, { type: 'PasswordResetRequested', data: { requestId: 'r1' } })
  expect(notifications.react(requested, AT + HOUR + 1)).toEqual([])
  const queued = ofGuest({ type: 'InvitationQueued', data: { messageId: 'm1', channel: 'email' } })
  expect(notifications.react(queued, AT + 300 * DAY)).toHaveLength(1)
})

test('the same fact makes the same job, another fact another', () => {
  const queued = ofGuest({ type: 'InvitationQueued', data: { messageId: 'm1', channel: 'email' } })
  const [first] = notifications.react(queued, AT)
  const [again] = notifications.react(queued, AT + DAY)
  const [other] = notifications.react({ ...queued, id: '7b3f5d0e-0000-5000-8000-000000000002' }, AT)
  expect(again?.id).toBe(first?.id)
  expect(other?.id).not.toBe(first?.id)
})

test('a job says nothing about a person', () => {
  const personal = { plusOneNames: ['Eve Adams'], note: 'eve@example.org' }
  const data = { guestId: GUEST, answer: 'attending', partySize: 2, status: 'confirmed' }
  const jobs = notifications.react(ofRsvps({ type: 'RsvpAnswered', data, personal }), AT)
  expect(JSON.stringify(jobs)).not.toMatch(/Eve|example/)
})

test('a process manager is shown only the facts it handles', () => {
  const removed = ofGuest({ type: 'GuestRemoved', data: {} })
  expect(processManagers.flatMap((manager) => reactionsOf(manager, removed, AT))).toHaveLength(1)
})

test('a finished job is remembered longer than its mail is young enough to be made', () => {
  expect(JOB_MEMORY).toBeGreaterThan(2 * Math.max(REPLY_MAX_AGE, RESET_MAX_AGE))
})

test('every job that is given up lands in a queue', () => {
  for (const { deadLetter } of Object.values(queues))
    expect(Object.keys(queues)).toContain(deadLetter ?? DEAD_LETTERS)
})
