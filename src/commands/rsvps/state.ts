import type { Answer, RsvpsHappened, RsvpStatus } from '../../events/rsvps.ts'
import { known } from '../../events/fact.ts'
import { unreachable } from '../../kernel/errors.ts'

export interface Seat {
  readonly answer: Answer
  /** People, the guest included; 0 when declined. */
  readonly partySize: number
  readonly status: RsvpStatus
  readonly plusOneNames: readonly string[]
  readonly note: string | null
  /** When what the guest has was last another, in milliseconds: names and note aside, which nobody is written to about. */
  readonly since: number
  /** When the guest answered last, oldest first; as many as the limit on answers needs. */
  readonly recentAnswers: readonly number[]
}

/**
 * Answers of one guest within an hour after which the next is turned away. Who changes the party again and again stays
 * far below; it bounds the mails that one link can have sent, and its share of the stream that all guests answer on.
 */
export const MAX_ANSWERS_PER_HOUR = 20

/** Who sits where. Owned and changed by the fold: it holds every guest of an event. */
export interface RsvpsState {
  /** Null for no limit. */
  maxCapacity: number | null
  readonly seats: Map<string, Seat>
  /** People with a seat. */
  confirmed: number
  /** Guests without a seat, in the order in which they will get one. */
  readonly waitlist: string[]
}

export const emptyRsvps = (): RsvpsState => ({
  maxCapacity: null,
  seats: new Map(),
  confirmed: 0,
  waitlist: [],
})

/** @returns seats that nobody has, null without a limit */
export function seatsLeft(state: Pick<RsvpsState, 'maxCapacity' | 'confirmed'>): number | null {
  return state.maxCapacity === null ? null : Math.max(0, state.maxCapacity - state.confirmed)
}

/** @returns seats for somebody who is on no list: none while guests wait for one, who go first. Null without a limit */
export function seatsForMore(
  state: Pick<RsvpsState, 'maxCapacity' | 'confirmed' | 'waitlist'>,
): number | null {
  return state.maxCapacity !== null && state.waitlist.length > 0 ? 0 : seatsLeft(state)
}

/** What a guest who asks for seats may be told of them. */
export interface SeatsFor {
  /** Seats that the guest would get, null without a limit. */
  readonly left: number | null
  /** Seats that nobody has and that the guest would not get, because others wait before. */
  readonly promised: number
}

/** @returns the seats for one guest, beside those that the guest has */
export function seatsFor(state: RsvpsState, guestId: string): SeatsFor {
  const left = seatsLeft(state)
  const [first = guestId] = state.waitlist
  return left === null || first === guestId ? { left, promised: 0 } : { left: 0, promised: left }
}

function leave(state: RsvpsState, guestId: string): void {
  const seat = state.seats.get(guestId)
  if (seat?.status === 'confirmed') state.confirmed -= seat.partySize
  state.seats.delete(guestId)
}

function take(state: RsvpsState, guestId: string, seat: Seat): void {
  const before = state.seats.get(guestId)
  leave(state, guestId)
  state.seats.set(guestId, seat)
  if (seat.status === 'confirmed') state.confirmed += seat.partySize
  const queued = state.waitlist.indexOf(guestId)
  const waits = seat.status === 'waitlisted'
  // A smaller party keeps its place; a larger one would push back those behind it and goes to the end.
  const keepsPlace = waits && queued !== -1 && before !== undefined && seat.partySize <= before.partySize
  if (queued !== -1 && !keepsPlace) state.waitlist.splice(queued, 1)
  if (waits && !keepsPlace) state.waitlist.push(guestId)
}

function answered(
  before: Seat | undefined,
  { data, personal, at }: Extract<RsvpsHappened, { type: 'RsvpAnswered' }>,
): Seat {
  const { answer, partySize, status } = data
  const same = before?.status === status && before.partySize === partySize
  return {
    answer,
    partySize,
    status,
    plusOneNames: known(personal, 'plusOneNames') ?? [],
    note: known(personal, 'note'),
    since: same ? before.since : at,
    recentAnswers: [...(before?.recentAnswers ?? []), at].slice(-MAX_ANSWERS_PER_HOUR),
  }
}

export function evolveRsvps(state: RsvpsState, fact: RsvpsHappened): RsvpsState {
  switch (fact.type) {
    case 'CapacitySet':
      state.maxCapacity = fact.data.maxCapacity
      return state
    case 'RsvpAnswered':
      take(state, fact.data.guestId, answered(state.seats.get(fact.data.guestId), fact))
      return state
    case 'RsvpPromoted': {
      const seat = state.seats.get(fact.data.guestId)
      if (seat !== undefined) take(state, fact.data.guestId, { ...seat, status: 'confirmed', since: fact.at })
      return state
    }
    case 'RsvpWithdrawn': {
      leave(state, fact.data.guestId)
      const queued = state.waitlist.indexOf(fact.data.guestId)
      if (queued !== -1) state.waitlist.splice(queued, 1)
      return state
    }
    default:
      return unreachable(fact)
  }
}
