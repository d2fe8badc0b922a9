import { guestStream } from '../../../src/events/streams.ts'
import { answerSteps } from './answers.ts'
import { arrivalSteps } from './arrivals.ts'
import { aGuestId, anEventId } from './ids.ts'
import { openingSteps } from './openings.ts'
import type { Data, InStream, Personal } from './step.ts'

/** Steps of one guest, with everything filled in that a test does not care about. */
export function guestSteps(event = 0, guest = 0) {
  const stream = guestStream(anEventId(event), aGuestId(guest))
  const step: InStream = (fact) => ({ stream, fact })
  return {
    ...listSteps(step, guest),
    ...openingSteps(step),
    ...arrivalSteps(step),
    ...answerSteps(event, guest),
  }
}

/** On the guest list, with a link and an invitation. */
function listSteps(step: InStream, guest: number) {
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
  }
}
