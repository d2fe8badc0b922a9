import { rsvpsDecider, type RsvpsCommand } from '../../../src/commands/rsvps/decider.ts'
import { given, NOW } from '../../support/decider-spec.ts'

type Answer = Extract<RsvpsCommand, { kind: 'answer' }>

/** A guest says yes, for ten at most unless told otherwise. */
export const attend = (guestId: string, partySize = 1, change: Partial<Answer> = {}): Answer => ({
  kind: 'answer',
  guestId,
  answer: 'attending',
  partySize,
  plusOneNames: [],
  note: null,
  plusOnesAllowed: 9,
  open: true,
  at: NOW,
  ...change,
})
export const decline = (guestId: string) => attend(guestId, 0, { answer: 'declined' })
export const maybe = (guestId: string, partySize = 1) => attend(guestId, partySize, { answer: 'maybe' })
export const capacity = (maxCapacity: number | null): RsvpsCommand => ({ kind: 'set_capacity', maxCapacity })
export const withdraw = (guestId: string): RsvpsCommand => ({ kind: 'withdraw', guestId })
/** The host lets somebody in who waits. */
export const seat = (guestId: string): RsvpsCommand => ({ kind: 'seat', guestId })

/** The fact that an answer leads to, with nothing personal in it. */
export const answered = (
  guestId: string,
  partySize: number,
  status: 'confirmed' | 'waitlisted' | 'declined' | 'maybe',
) => ({
  type: 'RsvpAnswered' as const,
  data: {
    guestId,
    answer: status === 'declined' || status === 'maybe' ? status : ('attending' as const),
    partySize,
    status,
  },
  personal: { plusOneNames: [], note: null },
})
export const promoted = (guestId: string, partySize: number) =>
  ({ type: 'RsvpPromoted', data: { guestId, partySize } }) as const
export const withdrawn = (guestId: string) => ({ type: 'RsvpWithdrawn', data: { guestId } }) as const
export const capacitySet = (maxCapacity: number | null) =>
  ({ type: 'CapacitySet', data: { maxCapacity } }) as const

/** An event that nobody has answered yet, with seats for everybody. */
export const unlimited = given(rsvpsDecider)
/** The same with so many seats. */
export const seats = (max: number) => given(rsvpsDecider).after([capacity(max)])
