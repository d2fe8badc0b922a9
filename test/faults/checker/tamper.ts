import type { Evidence, LogRecord } from '../evidence.ts'
import { answeredWith, at, doubled, isOf, withData, withLog, without, withRow } from './falsify.ts'

/** A change to what a story left behind that must not go unnoticed. */
export interface Tampering {
  readonly what: string
  /** Which rule has to complain. */
  readonly rule: string
  readonly change: (evidence: Evidence) => Evidence
}

const isAnswered = (record: LogRecord) => record.type === 'RsvpAnswered' && record.data.status === 'confirmed'

const ofArrivals: readonly Tampering[] = [
  {
    what: 'a doubled arrival: the same scan is in the log twice',
    rule: 'arrivals',
    change: (evidence) => doubled(evidence, isOf('GuestCheckedIn'), { id: 'another', causation: 'another' }),
  },
  {
    what: 'a doubled arrival: the answer was given once, and two facts came of it',
    rule: 'doubled',
    change: (evidence) => doubled(evidence, isOf('GuestCheckedIn'), { id: 'another', causation: 'another' }),
  },
  {
    what: 'more people of a party inside than have a seat',
    rule: 'arrivals',
    change: (evidence) => withData(evidence, isOf('GuestCheckedIn'), { counted: 99 }),
  },
  {
    what: 'a guest with a good pass who was taken for a stranger',
    rule: 'passes',
    change: (evidence) => answeredWith(evidence, 'check_in', { status: 404, code: 'pass_unknown' }),
  },
  {
    what: 'a check-in that is undone twice',
    rule: 'arrivals',
    change: (evidence) => doubled(evidence, isOf('CheckInUndone'), { id: 'another', causation: 'another' }),
  },
]

const ofSeats: readonly Tampering[] = [
  {
    what: 'an oversold seat: a party is confirmed that does not fit',
    rule: 'oversold',
    change: (evidence) => withData(evidence, isAnswered, { partySize: 99 }),
  },
  {
    what: 'a capacity that is less than the people who have a seat',
    rule: 'oversold',
    change: (evidence) => withData(evidence, isOf('CapacitySet'), { maxCapacity: 0 }),
  },
  {
    what: 'somebody on the waitlist who is left there although there is room',
    rule: 'waitlist order',
    change: (evidence) => without(evidence, isOf('RsvpPromoted')),
  },
  {
    what: 'somebody who moves up without having waited',
    rule: 'waitlist order',
    change: (evidence) => withData(evidence, isOf('RsvpPromoted'), { guestId: 'SOMEBODY' }),
  },
]

const ofAnswers: readonly Tampering[] = [
  {
    what: 'a lost answer: what a guest was told is not in the log',
    rule: 'lost',
    change: (evidence) => without(evidence, isAnswered),
  },
  {
    what: 'a lost guest: an invitation was confirmed to the host and is not in the log',
    rule: 'lost',
    change: (evidence) => without(evidence, isOf('GuestInvited')),
  },
  {
    what: 'an answer that the log has otherwise',
    rule: 'changed',
    change: (evidence) => withData(evidence, isAnswered, { answer: 'maybe' }),
  },
  {
    what: 'a refusal that was recorded all the same',
    rule: 'doubled',
    change: (evidence) => answeredWith(evidence, 'answer', { status: 409, code: 'event_closed' }),
  },
  {
    what: 'a request that nobody ever answered',
    rule: 'answers',
    change: (evidence) => ({
      ...evidence,
      exchanges: evidence.exchanges.map((one) => ({ ...one, answer: null })),
    }),
  },
  {
    what: 'an answer that is a defect of ours',
    rule: 'answers',
    change: (evidence) => answeredWith(evidence, 'publish', { status: 500, code: 'internal' }),
  },
  {
    what: 'a position where there is nothing',
    rule: 'positions',
    change: (evidence) => answeredWith(evidence, 'publish', { position: 999_999n }),
  },
  {
    what: 'a list that lacks a guest who was invited before',
    rule: 'read your writes',
    change: (evidence) => answeredWith(evidence, 'look', { body: { items: [] } }),
  },
  {
    what: 'a fact that nobody asked for',
    rule: 'unasked',
    change: (evidence) =>
      doubled(evidence, isOf('LinkIssued'), { id: 'another', correlation: 'nobody', causation: 'x' }),
  },
]

const ofMessages: readonly Tampering[] = [
  {
    what: 'a missing message: an invitation is recorded as sent and is not in the outbox',
    rule: 'messages',
    change: (evidence) => {
      const sent = evidence.log[at(evidence.log, isOf('InvitationSent'))]?.data.messageId
      return { ...evidence, messages: evidence.messages.filter(({ id }) => id !== sent) }
    },
  },
  {
    what: 'a missing reply',
    rule: 'messages',
    change: (evidence) => {
      const last = evidence.log.findLast(isOf('RsvpPromoted'))?.correlation
      return { ...evidence, messages: evidence.messages.filter(({ correlation }) => correlation !== last) }
    },
  },
  {
    what: 'a message that was sent twice',
    rule: 'messages',
    change: (evidence) => ({
      ...evidence,
      messages: [...evidence.messages, ...evidence.messages.slice(0, 1)],
    }),
  },
  {
    what: 'an invitation that is neither sent nor reported',
    rule: 'messages',
    change: (evidence) => without(evidence, isOf('InvitationSent')),
  },
  {
    what: 'a message about nothing',
    rule: 'messages',
    change: (evidence) => {
      const [first] = evidence.messages
      const stray = { file: 'x.eml', id: 'X', to: first?.to ?? '', correlation: 'nothing' }
      return { ...evidence, messages: [...evidence.messages, stray] }
    },
  },
  {
    what: 'a job that is still to be done',
    rule: 'messages',
    change: (evidence) => ({ ...evidence, openJobs: [{ queue: 'reply', state: 'retry', id: 'J' }] }),
  },
]

const ofGuests: readonly Tampering[] = [
  {
    what: 'an opening without a score',
    rule: 'openings',
    change: (evidence) => without(evidence, isOf('AccessScored')),
  },
  {
    what: 'an opening by a link that was replaced',
    rule: 'links',
    change: (evidence) => withData(evidence, isOf('AccessAttempted'), { linkVersion: 77 }),
  },
  {
    what: 'a score that names other thresholds than were in force',
    rule: 'thresholds',
    change: (evidence) =>
      withData(evidence, isOf('ThresholdsChanged'), { to: { medium: 1, high: 2, block: 3 } }),
  },
]

const ofTheLog: readonly Tampering[] = [
  {
    what: 'a gap in the positions',
    rule: 'positions',
    change: (evidence) => {
      const log = evidence.log.map((record, index) =>
        index < 5 ? record : { ...record, position: record.position + 1n },
      )
      return { ...evidence, log }
    },
  },
  {
    what: 'a fact that is there twice under one id',
    rule: 'fact ids',
    change: (evidence) => doubled(evidence, isOf('EventPublished'), {}),
  },
  {
    what: 'a command that recorded in a stream twice',
    rule: 'commands once',
    change: (evidence) => {
      const index = at(evidence.log, isAnswered)
      const record = evidence.log[index] as LogRecord
      return withLog(evidence, [...evidence.log, { ...record, id: 'another' }])
    },
  },
  {
    what: 'a revision that is missing',
    rule: 'revisions',
    change: (evidence) => {
      const index = at(evidence.log, isAnswered)
      const record = evidence.log[index] as LogRecord
      return { ...evidence, log: evidence.log.with(index, { ...record, revision: record.revision + 1 }) }
    },
  },
]

const ofReadModels: readonly Tampering[] = [
  {
    what: 'a row that says something else than the log',
    rule: 'read models',
    change: (evidence) =>
      withRow(evidence, 'guests.guests', (rows) => rows.map((row) => ({ ...row, arrived: 77 }))),
  },
  {
    what: 'a row that is missing',
    rule: 'read models',
    change: (evidence) => withRow(evidence, 'rsvps.answers', (rows) => rows.slice(1)),
  },
  {
    what: 'a row of nothing in the log',
    rule: 'read models',
    change: (evidence) =>
      withRow(evidence, 'activity.items', (rows) => [...rows, { ...rows[0], key: 'E/G/X' }]),
  },
  {
    what: 'a rebuild that differs',
    rule: 'rebuild',
    change: (evidence) => ({ ...evidence, rebuilt: { ...evidence.rebuilt, 'events.events': [] } }),
  },
  {
    what: 'a fact that a read model could not take',
    rule: 'read models',
    change: (evidence) => ({ ...evidence, deadLetters: 1 }),
  },
]

/** All of them fit every evening in which each kind of thing has happened. */
export const tamperings: readonly Tampering[] = [
  ...ofArrivals,
  ...ofSeats,
  ...ofAnswers,
  ...ofMessages,
  ...ofGuests,
  ...ofTheLog,
  ...ofReadModels,
]
