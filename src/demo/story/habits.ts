import type { Guest } from '../stage.ts'
import { addressIn, type City } from '../networks.ts'
import type { Dice } from '../random.ts'
import { visit, visitorOf, type Scene } from './scene.ts'

/** How guests look at their invitation again, with the share of those who opened it. */
const HABITS = [
  /** At the computer first, then on the sofa: another device on the same line. */
  { name: 'phone at home', share: 0.46 },
  /** Another device on another line: what rules `v1` take for a stranger. */
  { name: 'phone on the way', share: 0.07 },
  { name: 'same device', share: 0.17 },
  { name: 'same device elsewhere', share: 0.12 },
  { name: 'never again', share: 0.18 },
] as const

export type Habit = (typeof HABITS)[number]['name']

const TRAVEL: readonly City[] = ['Vienna', 'Lisbon', 'Barcelona', 'London', 'Copenhagen', 'Milan', 'Montreal']

/** Deals habits in exact shares, so that the story has the same numbers whoever is dealt what. */
export function dealHabits(guests: readonly Guest[], dice: Dice): ReadonlyMap<string, Habit> {
  const cards = HABITS.flatMap(({ name, share }) =>
    new Array<Habit>(Math.ceil(share * guests.length)).fill(name),
  )
  return new Map(dice.shuffled(guests).map(({ id }, index) => [id, cards[index] ?? 'never again']))
}

/** Guests who read it on the phone only never touch the computer. */
export const firstDevice = ({ person }: Guest, habit: Habit) =>
  habit.startsWith('phone') ? person.laptop : person.mobile

/** @param at of the second look, in milliseconds since the epoch */
export function secondLook(guest: Guest, habit: Habit, at: number, dice: Dice): Scene[] {
  const { mobile, home, away, city, key } = guest.person
  switch (habit) {
    case 'phone at home':
      return visit(guest, at, visitorOf(mobile, home))
    case 'phone on the way':
      return visit(guest, at, visitorOf(mobile, away))
    case 'same device':
      return visit(guest, at, visitorOf(mobile, home))
    case 'same device elsewhere': {
      const to = dice.pick(TRAVEL.filter((one) => one !== city))
      return visit(guest, at, visitorOf(mobile, addressIn(to, key)))
    }
    case 'never again':
      return []
  }
}
