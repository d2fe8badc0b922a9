import type { Dice } from '../../src/demo/random.ts'
import type { Thresholds } from './evidence.ts'
import type { Variant } from './stage.ts'

/*
 * What everybody does, drawn from dice of their own: the same seed gives the same steps in the same order, however fast
 * the machine is. How the steps of several interleave is up to the machine.
 */

/** Guests of an event that a step may be about; those who are not invited yet when it comes are left alone. */
export const GUESTS = 60

export type HostStep =
  | { readonly kind: 'add_guest'; readonly plusOnes: number }
  | { readonly kind: 'import'; readonly plusOnes: readonly number[] }
  | { readonly kind: 'invite'; readonly guests: readonly number[] }
  | { readonly kind: 'set_thresholds'; readonly thresholds: Thresholds }
  | { readonly kind: 'set_capacity'; readonly maxCapacity: number }
  | { readonly kind: 'issue_link' | 'revoke_link' | 'remove' | 'forget'; readonly guest: number }
  | { readonly kind: 'look' }

export interface PhoneStep {
  readonly guest: number
  readonly answer: 'attending' | 'declined' | 'maybe'
  readonly partySize: number
  /** Says so many even when the invitation is for fewer. */
  readonly asksTooMuch: boolean
  /** Opens the link twice at once, or answers so. */
  readonly tapsTwice: boolean
}

export interface DoorStep {
  readonly guest: number
  readonly count: number
  readonly scansTwice: boolean
  /** Takes the latest check-in of this device back. */
  readonly undo: boolean
}

const HOST_KINDS = [
  ...Array<HostStep['kind']>(4).fill('invite'),
  ...Array<HostStep['kind']>(3).fill('add_guest'),
  ...Array<HostStep['kind']>(3).fill('look'),
  ...Array<HostStep['kind']>(2).fill('set_capacity'),
  ...Array<HostStep['kind']>(2).fill('set_thresholds'),
  ...Array<HostStep['kind']>(2).fill('issue_link'),
  'import',
  'revoke_link',
  'remove',
  'forget',
] as const

export function hostStep(dice: Dice): HostStep {
  const kind = dice.pick(HOST_KINDS)
  const guest = dice.int(0, GUESTS - 1)
  switch (kind) {
    case 'add_guest':
      return { kind, plusOnes: dice.int(0, 3) }
    case 'import':
      return { kind, plusOnes: Array.from({ length: dice.int(2, 6) }, () => dice.int(0, 3)) }
    case 'invite':
      return { kind, guests: Array.from({ length: dice.int(1, 8) }, () => dice.int(0, GUESTS - 1)) }
    case 'set_thresholds': {
      const medium = dice.int(20, 40)
      const high = medium + dice.int(5, 25)
      return { kind, thresholds: { medium, high, block: Math.min(100, high + dice.int(10, 40)) } }
    }
    case 'set_capacity':
      return { kind, maxCapacity: dice.int(6, 26) }
    case 'look':
      return { kind }
    case 'issue_link':
    case 'revoke_link':
    case 'remove':
    case 'forget':
      return { kind, guest }
  }
}

/** @param phone guests are shared out among the phones: one of them answers for a guest */
export function phoneStep(dice: Dice, phone: number, phones: number): PhoneStep {
  const guest = dice.int(0, Math.floor((GUESTS - 1 - phone) / phones)) * phones + phone
  const luck = dice.next()
  return {
    guest,
    answer: luck < 0.75 ? 'attending' : luck < 0.9 ? 'declined' : 'maybe',
    partySize: dice.int(1, 4),
    asksTooMuch: dice.chance(0.1),
    tapsTwice: dice.chance(0.1),
  }
}

export function doorStep(dice: Dice): DoorStep {
  return {
    guest: dice.int(0, GUESTS - 1),
    count: dice.int(1, 3),
    scansTwice: dice.chance(0.2),
    undo: dice.chance(0.2),
  }
}

export type Fault =
  | { readonly kind: 'kill' | 'restart'; readonly member: number; readonly rest: number }
  | { readonly kind: 'kill postgres' }
  | { readonly kind: 'kill all' }
  | { readonly kind: 'spend quota' | 'cut' | 'silence'; readonly lasts: number }
  | { readonly kind: 'delay'; readonly by: number; readonly lasts: number }
  | { readonly kind: 'skew'; readonly member: number; readonly by: number }

/** What can be done to a product that is run so. */
export function faultKinds(variant: Variant, withQuota: boolean): readonly Fault['kind'][] {
  return [
    'kill',
    'kill postgres',
    'skew',
    ...(withQuota ? (['spend quota'] as const) : []),
    ...(variant.endsWith('split') ? (['restart', 'kill', 'kill all'] as const) : []),
    ...(variant.startsWith('eventstoredb') ? (['cut', 'delay', 'silence'] as const) : []),
  ]
}

/** Hours that a clock may be off: replies are followed up for days, sessions last a week. */
const MOST_SKEW = 2

/**
 * @param round of the story: each kind comes once in a round, in another order each time
 * @returns faults with the time before each, in milliseconds
 */
export function faultRound(
  dice: Dice,
  kinds: readonly Fault['kind'][],
): readonly { readonly after: number; readonly fault: Fault }[] {
  return dice.shuffled(kinds).map((kind) => ({ after: dice.int(200, 1_500), fault: faultOf(kind, dice) }))
}

function faultOf(kind: Fault['kind'], dice: Dice): Fault {
  const [member, rest, lasts] = [dice.int(0, 2), dice.int(0, 500), dice.int(500, 2_500)]
  const by = dice.int(5, 80)
  const skew = Math.round((dice.next() * 2 - 1) * MOST_SKEW * 3_600_000)
  switch (kind) {
    case 'kill':
    case 'restart':
      return { kind, member, rest }
    case 'kill postgres':
    case 'kill all':
      return { kind }
    case 'spend quota':
    case 'cut':
    case 'silence':
      return { kind, lasts }
    case 'delay':
      return { kind, by, lasts }
    case 'skew':
      return { kind, member, by: skew }
  }
}
