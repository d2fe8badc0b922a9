import type { GuestHappened } from '../../events/guest.ts'
import { happenedAt } from '../../events/scan-time.ts'
import { unreachable } from '../../kernel/errors.ts'
import { MAX_REFUSALS_PER_HOUR, MAX_TURN_AWAYS_PER_HOUR } from './check-in.ts'
import type { Arrival, InvitedGuest } from './state.ts'

type Of<T extends GuestHappened['type']> = Extract<GuestHappened, { type: T }>

type ArrivalFact =
  | 'GuestCheckedIn'
  | 'CheckInConflicted'
  | 'CheckInConflictSettled'
  | 'CheckInConflictReopened'
  | 'CheckInUndone'

/** Who of the party came in, when, where, and how many of them count. */
export function evolveArrivals(
  arrivals: InvitedGuest['arrivals'],
  fact: Of<ArrivalFact>,
): InvitedGuest['arrivals'] {
  const change = (checkInId: string, to: (arrival: Arrival) => Partial<Arrival>) =>
    arrivals.map((one) => (one.checkInId === checkInId ? { ...one, ...to(one) } : one))
  switch (fact.type) {
    case 'GuestCheckedIn': {
      const { checkInId, nonce, arrivalCount, via, counted, gate, deviceId, scannedAt, offline } = fact.data
      const of = { checkInId, nonce, count: arrivalCount, via, counted, gate, deviceId, scannedAt, offline }
      return [
        ...arrivals,
        { ...of, at: fact.at, conflict: null, refusal: null, settled: false, undone: false },
      ]
    }
    case 'CheckInConflicted':
      return change(fact.data.checkInId, () => ({ conflict: fact.data.kind, refusal: fact.data.refusal }))
    case 'CheckInConflictSettled':
      return change(fact.data.checkInId, () => ({ settled: true }))
    case 'CheckInConflictReopened':
      return change(fact.data.checkInId, () => ({ settled: false }))
    case 'CheckInUndone': {
      const counted = new Map(fact.data.recounted.map((one) => [one.checkInId, one.counted]))
      return change(fact.data.checkInId, () => ({ undone: true })).map((one) => ({
        ...one,
        counted: counted.get(one.checkInId) ?? one.counted,
      }))
    }
    default:
      return unreachable(fact)
  }
}

/** A refusal that was recorded: the same scan stays refused. */
export function refused(
  state: InvitedGuest,
  { data: { nonce, reason }, at }: Of<'CheckInRefused'>,
): InvitedGuest {
  return {
    ...state,
    refusals: new Map(state.refusals).set(nonce, reason),
    recentRefusals: [...state.recentRefusals, at].slice(-MAX_REFUSALS_PER_HOUR),
  }
}

/** Staff sent them away: the next gate is told. An older one may be uploaded after a newer one. */
export function turnedAway(state: InvitedGuest, fact: Of<'GuestTurnedAway'>): InvitedGuest {
  const { gate, reason, nonce } = fact.data
  const at = happenedAt(fact)
  const before = state.turnedAway
  return {
    ...state,
    turnedAway: before !== null && before.at > at ? before : { gate, reason, at },
    refusals: new Map(state.refusals).set(nonce, 'turned_away'),
    recentTurnAways: [...state.recentTurnAways, fact.at].slice(-MAX_TURN_AWAYS_PER_HOUR),
  }
}
