import { rsvpsStream } from '../../../src/events/streams.ts'
import { aGuestId, anEventId } from './ids.ts'
import type { Data, InStream, Personal } from './step.ts'

/** Answers of a guest, which are facts of the seats of the event. */
export function answerSteps(event: number, guest: number) {
  const stream = rsvpsStream(anEventId(event))
  const guestId = aGuestId(guest)
  const step: InStream = (fact) => ({ stream, fact })
  return {
    answered: (
      status: Data<'RsvpAnswered'>['status'] = 'confirmed',
      partySize = 1,
      personal: Partial<Personal<'RsvpAnswered'>> = {},
    ) =>
      step({
        type: 'RsvpAnswered',
        data: {
          guestId,
          answer: status === 'confirmed' || status === 'waitlisted' ? 'attending' : status,
          partySize: status === 'declined' ? 0 : partySize,
          status,
        },
        personal: { plusOneNames: [], note: null, ...personal },
      }),
    promoted: (partySize = 1) => step({ type: 'RsvpPromoted', data: { guestId, partySize } }),
    withdrawn: () => step({ type: 'RsvpWithdrawn', data: { guestId } }),
  }
}
