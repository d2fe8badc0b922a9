import type { AnswerGiven, Asked, Exchange, LogRecord } from '../evidence.ts'

/** Facts of a type that an answered request has in the log. */
export interface Expected {
  /** One type, or several of which any counts, with `|` between them. */
  readonly type: string
  readonly least: number
  readonly most: number
  /** Whether a fact says what was asked. */
  readonly fits?: (record: LogRecord) => boolean
}

/** Guests who are stopped have an answer too, and their opening is recorded. */
const RECORDED_REFUSALS = ['access_blocked', 'code_required']

/** @returns whether the answer says that it was done */
export const wasDone = ({ status, code }: AnswerGiven): boolean =>
  status < 300 || RECORDED_REFUSALS.includes(code ?? '')

const exactly = (type: string, count: number, fits?: Expected['fits']): Expected => ({
  type,
  least: count,
  most: count,
  ...(fits === undefined ? {} : { fits }),
})

/** Recorded when, and only when, the answer names a position: the same twice changes nothing. */
const ifPlaced = (type: string, { position }: AnswerGiven, fits?: Expected['fits']): Expected =>
  exactly(type, position === null ? 0 : 1, fits)

/** @returns what has to be in the log of a request that was answered so */
export function expectedOf({ asked }: Exchange, answer: AnswerGiven): readonly Expected[] {
  const { body } = answer
  switch (asked.kind) {
    case 'register':
      return [exactly('HostRegistered', 1)]
    case 'create_event':
      return [
        exactly('EventCreated', 1, ({ stream }) => stream === `event.${body.id ?? ''}-settings`),
        exactly('SlugClaimed', 1),
        exactly('CapacitySet', asked.maxCapacity === null ? 0 : 1),
      ]
    case 'publish':
      return [exactly('EventPublished', 1)]
    case 'set_capacity':
      return [ifPlaced('CapacitySet', answer, ({ data }) => data.maxCapacity === asked.maxCapacity)]
    case 'set_thresholds':
      return [ifPlaced('ThresholdsChanged', answer, ({ data }) => data.to?.block === asked.thresholds.block)]
    case 'add_guest': {
      const ofGuest = ({ stream }: LogRecord) => stream.endsWith(`-guest.${body.guest?.id ?? ''}`)
      return [exactly('GuestInvited', 1, ofGuest), exactly('LinkIssued', 1, ofGuest)]
    }
    case 'import':
      return [exactly('GuestInvited', asked.rows.length), exactly('LinkIssued', asked.rows.length)]
    case 'invite':
      return [exactly('InvitationQueued', body.queued ?? 0)]
    case 'issue_link':
      return [exactly('LinkIssued', 1)]
    case 'revoke_link':
      return [ifPlaced('LinkRevoked', answer)]
    case 'remove':
      return [exactly('GuestRemoved', 1)]
    case 'forget':
      return [exactly('GuestForgotten', 1)]
    case 'open':
      return [exactly('AccessAttempted', 1), exactly('AccessScored|AccessAllowlisted', 1)]
    case 'answer':
      return [
        ifPlaced('RsvpAnswered', answer, ({ data }) => {
          const partySize = asked.answer === 'declined' ? 0 : asked.partySize
          return (
            data.guestId === asked.guestId && data.answer === asked.answer && data.partySize === partySize
          )
        }),
      ]
    case 'check_in': {
      const isIn = body.result === 'admitted' || body.result === 'conflict'
      return [exactly('GuestCheckedIn', isIn ? 1 : 0, ({ data }) => data.nonce === asked.nonce)]
    }
    case 'undo':
      return [
        { type: 'CheckInUndone', least: 0, most: 1, fits: ({ data }) => data.checkInId === asked.checkInId },
      ]
    case 'issue_ticket':
      return [exactly('ScannerTicketIssued', 1)]
    case 'look':
      return []
  }
}

/** @returns the types of everything that may follow from a request, mails and seats of others among them */
export function mayBringAbout({ kind }: Asked): readonly string[] {
  switch (kind) {
    case 'register':
      return ['HostRegistered', 'EmailClaimed']
    case 'create_event':
      return ['EventCreated', 'SlugClaimed', 'CapacitySet']
    case 'publish':
      return ['EventPublished']
    case 'set_capacity':
      return ['CapacitySet', 'RsvpPromoted']
    case 'set_thresholds':
      return ['ThresholdsChanged']
    case 'add_guest':
    case 'import':
      return ['GuestInvited', 'LinkIssued']
    case 'invite':
      return ['InvitationQueued', 'InvitationSent', 'InvitationFailed']
    case 'issue_link':
      return ['LinkIssued']
    case 'revoke_link':
      return ['LinkRevoked']
    case 'remove':
      return ['GuestRemoved', 'RsvpWithdrawn', 'RsvpPromoted']
    case 'forget':
      return ['GuestForgotten', 'RsvpWithdrawn', 'RsvpPromoted']
    case 'open':
      return ['AccessAttempted', 'AccessScored', 'AccessAllowlisted']
    case 'answer':
      return ['RsvpAnswered', 'RsvpPromoted']
    case 'check_in':
      return ['GuestCheckedIn', 'CheckInRefused', 'CheckInConflicted', 'ScanRefused', 'ScannerDeviceSeen']
    case 'undo':
      return ['CheckInUndone', 'ScannerDeviceSeen']
    case 'issue_ticket':
      return ['ScannerTicketIssued']
    case 'look':
      return []
  }
}
