import type { GuestHappened, NewGuestFact } from '../../events/guest.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import { HOUR } from '../../kernel/time.ts'
import type { Decider } from '../decider.ts'
import { requireUnchanged } from '../precondition.ts'
import { decideCheckIn, decideRefuseScan, decideTurnAway, decideUndo } from './check-in.ts'
import type { ChangeDetails, GuestCommand, Invite, QueueInvitation } from './commands.ts'
import { decideReopenConflict, decideSettleConflict } from './conflicts.ts'
import { evolveGuest } from './evolve.ts'
import { decideVerdict, decideWithdrawVerdict } from './judgement.ts'
import {
  decideOpen,
  decideRescore,
  decideScoreLate,
  linkInvalid,
  MAX_TOUCHES_PER_HOUR,
  requireLiveLink,
} from './openings.ts'
import type { GuestState, InvitedGuest } from './state.ts'
import { decideAnswerStepUp, decideRequestStepUp } from './step-up.ts'

/** One guest: the invitation, the link with its openings, and the arrival. */
export const guestDecider: Decider<GuestState, GuestCommand, NewGuestFact, GuestHappened> = {
  initialState: () => ({ kind: 'missing' }),
  evolve: evolveGuest,
  decide(command, state) {
    if (command.kind === 'invite') return invite(state, command)
    if (state.kind === 'missing') {
      throw byLink(command)
        ? linkInvalid()
        : new DomainError('not_found', 'not_found', 'There is no such guest.')
    }
    return decideForGuest(command, state)
  },
}

const byLink = (command: GuestCommand) => command.kind === 'open' || command.kind === 'touch'

function decideForGuest(
  command: Exclude<GuestCommand, Invite>,
  guest: InvitedGuest,
): readonly NewGuestFact[] {
  switch (command.kind) {
    case 'change_details':
      return changeDetails(requireListed(guest), command)
    case 'remove':
      return guest.gone === null ? [{ type: 'GuestRemoved', data: {} }] : []
    case 'forget':
      return guest.gone === 'forgotten' ? [] : [{ type: 'GuestForgotten', data: {} }]
    case 'issue_link':
      return [{ type: 'LinkIssued', data: { version: requireListed(guest).link.version + 1 } }]
    case 'revoke_link':
      return guest.link.revoked ? [] : [{ type: 'LinkRevoked', data: { version: guest.link.version } }]
    case 'queue_invitation':
      return queueInvitation(guest, command)
    case 'record_sent':
      return settleMessage(guest, command.messageId, (data) => ({ type: 'InvitationSent', data }))
    case 'record_failed':
      return settleMessage(guest, command.messageId, (data) => ({
        type: 'InvitationFailed',
        data: { ...data, reason: command.reason },
      }))
    case 'touch': {
      requireLiveLink(guest, command.linkVersion)
      const counts = guest.touches.hour === Math.floor(command.at / HOUR) ? guest.touches.counts : {}
      if ((counts[command.touch] ?? 0) >= MAX_TOUCHES_PER_HOUR) return []
      const { ip, userAgent } = command
      return [{ type: 'LinkTouched', data: { kind: command.touch }, personal: { ip, userAgent } }]
    }
    case 'open':
      return decideOpen(guest, command)
    case 'score_late':
      return decideScoreLate(guest, command)
    case 'rescore':
      return decideRescore(guest, command)
    case 'give_verdict':
      return decideVerdict(guest, command)
    case 'withdraw_verdict':
      return decideWithdrawVerdict(guest, command.attemptId)
    case 'request_step_up':
      return decideRequestStepUp(guest, command)
    case 'answer_step_up':
      return decideAnswerStepUp(guest, command)
    case 'check_in':
      return decideCheckIn(guest, command)
    case 'refuse_scan':
      return decideRefuseScan(guest, command)
    case 'turn_away':
      return decideTurnAway(guest, command)
    case 'undo_check_in':
      return decideUndo(guest, command)
    case 'settle_conflict':
      return decideSettleConflict(guest, command.checkInId)
    case 'reopen_conflict':
      return decideReopenConflict(guest, command.checkInId)
    default:
      return unreachable(command)
  }
}

function invite(state: GuestState, command: Invite): NewGuestFact[] {
  if (state.kind === 'invited' && state.gone !== 'removed') return []
  const { name, email, phone, externalRef, plusOnesAllowed, utmSource, batchId } = command
  const version = state.kind === 'missing' ? 1 : state.link.version + 1
  return [
    {
      type: 'GuestInvited',
      data: { plusOnesAllowed, utmSource, batchId },
      personal: { name, email, phone, externalRef },
    },
    { type: 'LinkIssued', data: { version } },
  ]
}

/** @throws DomainError `not_found` for a guest who is no longer on the list */
export function requireListed(guest: GuestState): InvitedGuest {
  if (guest.kind === 'missing' || guest.gone !== null) {
    throw new DomainError('not_found', 'not_found', 'There is no such guest.')
  }
  return guest
}

function queueInvitation(
  guest: InvitedGuest,
  { messageId, channel, onlyIfNone }: QueueInvitation,
): NewGuestFact[] {
  if (guest.messages.has(messageId)) return []
  requireListed(guest)
  if (onlyIfNone && [...guest.messages.values()].some(({ state }) => state !== 'failed')) return []
  requireAddress(guest, channel)
  return [{ type: 'InvitationQueued', data: { messageId, channel } }]
}

function requireAddress(guest: InvitedGuest, channel: 'email' | 'sms'): void {
  if (channel === 'email' ? guest.contact.email !== null : guest.contact.phone !== null) return
  const what = channel === 'email' ? 'e-mail address' : 'phone number'
  throw new DomainError('conflict', 'no_address', `This guest has no ${what}.`)
}

function settleMessage(
  guest: InvitedGuest,
  messageId: string,
  settled: (data: { messageId: string; channel: 'email' | 'sms' }) => NewGuestFact,
): NewGuestFact[] {
  const message = guest.messages.get(messageId)
  if (message?.state !== 'queued') return []
  return [settled({ messageId, channel: message.channel })]
}

function changeDetails(guest: InvitedGuest, { changes, ifChanges }: ChangeDetails): NewGuestFact[] {
  requireUnchanged(ifChanges, guest.changes)
  const current = { ...guest.contact, plusOnesAllowed: guest.plusOnesAllowed, utmSource: guest.utmSource }
  const different = Object.fromEntries(
    Object.entries(changes).filter(([key, value]) => current[key as keyof typeof current] !== value),
  ) as ChangeDetails['changes']
  if (Object.keys(different).length === 0) return []
  const { plusOnesAllowed, utmSource, ...personal } = different
  const data = {
    ...(plusOnesAllowed === undefined ? {} : { plusOnesAllowed }),
    ...(utmSource === undefined ? {} : { utmSource }),
  }
  return [{ type: 'GuestDetailsChanged', data, personal }]
}
