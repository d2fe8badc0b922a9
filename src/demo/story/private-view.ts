import { MINUTE, SECOND } from '../../kernel/time.ts'
import { diceOf, type Dice } from '../random.ts'
import { addressIn } from '../networks.ts'
import type { Person } from '../people.ts'
import { guestOf, NOTICED_AFTER, type Guest } from '../stage.ts'
import { wakingTime } from '../waking-time.ts'
import { localsFirst, occasionId, occasionScenes, phonesAt, type Party } from './occasion.ts'
import { hostActor, visit, visitorOf, type DemoEvent, type Scene } from './scene.ts'

const ZONE = 'Europe/Paris'
const KEY = 'private view'
export const PRIVATE_VIEW = occasionId(KEY)

export const GATES = ['Main entrance', 'Garden gate'] as const

const PARTIES = 30
const ARRIVED = 12
/** Between the first guest at the door and now, in milliseconds. */
export const DOORS_OPEN_FOR = 50 * MINUTE
const QUARTER = 15 * MINUTE

/** The event of today: doors are open, a part of the guests is inside. */
export function privateView(
  now: number,
  hostId: string,
): DemoEvent & { readonly unopened: readonly Guest[] } {
  const dice = diceOf(KEY)
  const cast = localsFirst(['Lyon', 'Grenoble', 'Geneva'], dice)
  const coming: Party[] = cast
    .slice(0, PARTIES)
    .map((person) => ({ person, size: dice.pick([1, 1, 2, 2, 2, 3]) }))
  const declined = cast.slice(PARTIES, PARTIES + 5)
  const silent = cast.slice(PARTIES + 5, PARTIES + 8)
  const unopened = cast.slice(PARTIES + 8, PARTIES + 10)
  const occasion = {
    key: KEY,
    name: 'Private View: Glass and Light',
    slug: 'private-view-glass-and-light',
    // On the quarter: invitations say so.
    eventDate: Math.floor((now - DOORS_OPEN_FOR + 10 * MINUTE) / QUARTER) * QUARTER,
    timezone: ZONE,
    venue: 'Galerie Meridian, Lyon',
    maxCapacity: 80,
    hostId,
    at: wakingTime(now, ZONE),
    createdAgo: 262,
    invitedAgo: 199,
    answeredAgo: 18,
    coming,
    declined,
    silent,
    unopened,
  }
  const guestFor = (person: Person) => guestOf(PRIVATE_VIEW, person)
  const invited = [...coming.map(({ person }) => person), ...declined, ...silent, ...unopened]
  return {
    id: PRIVATE_VIEW,
    guests: invited.map(guestFor),
    scenes: [
      ...occasionScenes(occasion, dice),
      ...phonesAt(PRIVATE_VIEW, hostActor(hostId), GATES, now - DOORS_OPEN_FOR - 25 * MINUTE),
      ...door(coming, now, dice),
    ],
    unopened: unopened.map(guestFor),
  }
}

/** Arrivals at two gates, with what goes wrong at every door. */
function door(coming: readonly Party[], now: number, dice: Dice): Scene[] {
  const moments = Array.from({ length: ARRIVED }, () => dice.next() ** 0.8)
    .sort((a, b) => a - b)
    .map((share) => Math.round(now - DOORS_OPEN_FOR + share * (DOORS_OPEN_FOR - 3 * MINUTE)))
  const arrivals = coming.slice(0, ARRIVED).map((party, index) => ({
    party,
    at: moments[index] ?? now - MINUTE,
    gate: dice.chance(0.65) ? GATES[0] : GATES[1],
  }))
  const regular = arrivals.map(({ party, at, gate }, index): Scene => {
    // One of the party is still parking the car.
    const count = index === 4 ? Math.max(1, party.size - 1) : party.size
    return { at, play: (stage) => stage.scan(guestOf(PRIVATE_VIEW, party.person), at, gate, count) }
  })
  // Half of them look for their pass in the queue, on the phone.
  const looks = arrivals
    .filter((_arrival, index) => index % 2 === 1)
    .flatMap(({ party: { person }, at }) => {
      const inTown = visitorOf(person.mobile, addressIn('Lyon', person.key, 1))
      return visit(guestOf(PRIVATE_VIEW, person), at - dice.int(60, 240) * SECOND, inTown)
    })
  const [first] = arrivals
  return [...regular, ...looks, ...shownTwice(first), ...takenBack(coming[ARRIVED], now - 9 * MINUTE)]
}

/** The same pass again at the other gate, a quarter of an hour later: the party is inside already. */
function shownTwice(first: { party: Party; at: number } | undefined): Scene[] {
  if (first === undefined) return []
  const guest = guestOf(PRIVATE_VIEW, first.party.person)
  const at = first.at + 14 * MINUTE
  return [{ at, play: (stage) => stage.scan(guest, at, GATES[1], 1) }]
}

/** The volunteer scans a pass of somebody who is only fetching a jacket, notices, and takes it back. */
function takenBack(party: Party | undefined, at: number): Scene[] {
  if (party === undefined) return []
  const guest = guestOf(PRIVATE_VIEW, party.person)
  return [
    {
      at,
      play: async (stage) => {
        const checkInId = await stage.scan(guest, at, GATES[0], party.size)
        await stage.undo(guest, at + NOTICED_AFTER, GATES[0], checkInId)
      },
    },
    {
      at: at + 4 * MINUTE + 30 * SECOND,
      play: (stage) => stage.scan(guest, at + 4 * MINUTE + 30 * SECOND, GATES[0], party.size),
    },
  ]
}
