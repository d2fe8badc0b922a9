import type { Answer, NewRsvpsFact, RsvpsHappened, RsvpStatus } from '../../events/rsvps.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import type { Decider } from '../decider.ts'
import { hourlyWait } from '../hourly.ts'
import {
  emptyRsvps,
  evolveRsvps,
  MAX_ANSWERS_PER_HOUR,
  seatsLeft,
  type RsvpsState,
  type Seat,
} from './state.ts'

export type RsvpsCommand =
  | { readonly kind: 'set_capacity'; readonly maxCapacity: number | null }
  | {
      readonly kind: 'answer'
      readonly guestId: string
      readonly answer: Answer
      /** People, the guest included. */
      readonly partySize: number
      readonly plusOneNames: readonly string[]
      readonly note: string | null
      /** Looked up: how many the guest may bring. */
      readonly plusOnesAllowed: number
      /** Looked up: whether the event takes answers. */
      readonly open: boolean
      /** Milliseconds since the epoch. */
      readonly at: number
    }
  /** The host lets a party in that waits, before its turn. */
  | { readonly kind: 'seat'; readonly guestId: string }
  | { readonly kind: 'withdraw'; readonly guestId: string }

type AnswerCommand = Extract<RsvpsCommand, { kind: 'answer' }>

/**
 * Seats. Parties are confirmed while they fit and waitlisted after that; seats that become free go to the waitlist
 * strictly in its order, so a small party never overtakes a large one that has waited longer: unless the host says so,
 * who alone may give seats that are free to somebody further back.
 */
export const rsvpsDecider: Decider<RsvpsState, RsvpsCommand, NewRsvpsFact, RsvpsHappened> = {
  initialState: emptyRsvps,
  evolve: evolveRsvps,
  decide(command, state) {
    switch (command.kind) {
      case 'set_capacity':
        return setCapacity(state, command.maxCapacity)
      case 'answer':
        return answer(state, command)
      case 'seat':
        return seat(state, command.guestId)
      case 'withdraw':
        return withdraw(state, command.guestId)
      default:
        return unreachable(command)
    }
  },
}

function setCapacity(state: RsvpsState, maxCapacity: number | null): NewRsvpsFact[] {
  if (maxCapacity === state.maxCapacity) return []
  if (maxCapacity !== null && maxCapacity < state.confirmed) {
    throw new DomainError(
      'conflict',
      'capacity_below_confirmed',
      `${String(state.confirmed)} people are confirmed; the capacity cannot be less.`,
      {
        fields: [
          { path: 'maxCapacity', message: `is less than the ${String(state.confirmed)} people confirmed` },
        ],
      },
    )
  }
  const room = maxCapacity === null ? Infinity : maxCapacity - state.confirmed
  return [{ type: 'CapacitySet', data: { maxCapacity } }, ...promotions(state, room)]
}

function answer(state: RsvpsState, command: AnswerCommand): NewRsvpsFact[] {
  const { guestId, plusOneNames, note } = command
  requireValidParty(command)
  const partySize = command.answer === 'declined' ? 0 : command.partySize
  const before = state.seats.get(guestId)
  const status = statusOf(state, command, before)
  const same =
    before?.answer === command.answer &&
    before.partySize === partySize &&
    before.note === note &&
    before.plusOneNames.join('\n') === plusOneNames.join('\n')
  if (same) return []
  requireRoom(before, command.at)
  const freed = before?.status === 'confirmed' ? before.partySize : 0
  const taken = status === 'confirmed' ? partySize : 0
  const room = (seatsLeft(state) ?? Infinity) + freed - taken
  return [
    {
      type: 'RsvpAnswered',
      data: { guestId, answer: command.answer, partySize, status },
      personal: { plusOneNames: [...plusOneNames], note },
    },
    ...promotions(state, room, { guestId, partySize, status }),
  ]
}

function requireRoom(before: Seat | undefined, at: number): void {
  const retryAfter = hourlyWait(before?.recentAnswers ?? [], MAX_ANSWERS_PER_HOUR, at)
  if (retryAfter === null) return
  const detail = 'You have changed your answer very often. What you answered last is kept; try again later.'
  throw new DomainError('too_many', 'rate_limited', detail, { extras: { retryAfter } })
}

function requireValidParty({ open, partySize, plusOnesAllowed, plusOneNames, answer }: AnswerCommand): void {
  if (!open) throw new DomainError('conflict', 'event_closed', 'This event does not take answers now.')
  if (answer === 'declined') return
  if (partySize - 1 > plusOnesAllowed) {
    const allowed =
      plusOnesAllowed === 0
        ? 'This invitation is for one person.'
        : `You can bring ${String(plusOnesAllowed)} at most.`
    throw new DomainError('invalid', 'too_many_plus_ones', allowed, {
      fields: [{ path: 'partySize', message: `is more than ${String(plusOnesAllowed + 1)}` }],
    })
  }
  if (plusOneNames.length > partySize - 1) {
    throw new DomainError('invalid', 'too_many_names', 'There are more names than people in the party.', {
      fields: [{ path: 'plusOneNames', message: `has more than ${String(partySize - 1)} names` }],
    })
  }
}

function statusOf(state: RsvpsState, command: AnswerCommand, before: Seat | undefined): RsvpStatus {
  if (command.answer !== 'attending') return command.answer
  const free = seatsLeft(state)
  if (free === null) return 'confirmed'
  const own = before?.status === 'confirmed' ? before.partySize : 0
  const grows = command.partySize > own
  if (!grows) return 'confirmed'
  // Those who wait go first, whatever would fit.
  const mayTake = state.waitlist.every((waiting) => waiting === command.guestId)
  if (mayTake && command.partySize <= free + own) return 'confirmed'
  if (own === 0) return 'waitlisted'
  const why =
    mayTake || free === 0
      ? `There are not enough seats left for ${String(command.partySize)}`
      : 'Others wait for the seats that are left'
  throw new DomainError('conflict', 'party_does_not_fit', `${why}; your ${String(own)} stay confirmed.`, {
    extras: { confirmed: own, seatsLeft: mayTake ? free : 0 },
  })
}

/** Nobody else moves up with it: whoever is first did not fit before, and there is less room now. */
function seat(state: RsvpsState, guestId: string): NewRsvpsFact[] {
  const waiting = state.seats.get(guestId)
  if (waiting?.status === 'confirmed') return []
  if (waiting?.status !== 'waitlisted') {
    throw new DomainError('conflict', 'not_waiting', 'This guest does not wait for a seat.')
  }
  const { partySize } = waiting
  const free = seatsLeft(state)
  if (free !== null && partySize > free) {
    const detail = `There are not enough seats left for ${String(partySize)}.`
    throw new DomainError('conflict', 'no_seats_left', detail, { extras: { seatsLeft: free } })
  }
  return [{ type: 'RsvpPromoted', data: { guestId, partySize } }]
}

function withdraw(state: RsvpsState, guestId: string): NewRsvpsFact[] {
  const seat = state.seats.get(guestId)
  if (seat === undefined) return []
  const freed = seat.status === 'confirmed' ? seat.partySize : 0
  const room = (seatsLeft(state) ?? Infinity) + freed
  const gone = { guestId, partySize: 0, status: 'declined' } as const
  return [{ type: 'RsvpWithdrawn', data: { guestId } }, ...promotions(state, room, gone)]
}

/**
 * @param room seats free after the fact that comes before these
 * @param changed the party of that fact, whose place on the waitlist is no longer what the state says
 */
function promotions(
  state: RsvpsState,
  room: number,
  changed?: { guestId: string; partySize: number; status: RsvpStatus },
): NewRsvpsFact[] {
  const promoted: NewRsvpsFact[] = []
  let left = room
  for (const guestId of waitingAfter(state, changed)) {
    const partySize =
      guestId === changed?.guestId ? changed.partySize : (state.seats.get(guestId)?.partySize ?? 0)
    if (partySize > left) break
    left -= partySize
    promoted.push({ type: 'RsvpPromoted', data: { guestId, partySize } })
  }
  return promoted
}

function waitingAfter(
  state: RsvpsState,
  changed?: { guestId: string; partySize: number; status: RsvpStatus },
): readonly string[] {
  if (changed === undefined) return state.waitlist
  const before = state.seats.get(changed.guestId)
  const others = state.waitlist.filter((guestId) => guestId !== changed.guestId)
  if (changed.status !== 'waitlisted') return others
  const keepsPlace = before?.status === 'waitlisted' && changed.partySize <= before.partySize
  return keepsPlace ? state.waitlist : [...others, changed.guestId]
}
