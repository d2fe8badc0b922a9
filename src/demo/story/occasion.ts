import { createEvent } from '../../commands/event-creation.ts'
import { settingsDecider, type SettingsCommand } from '../../commands/settings/decider.ts'
import { settingsStream } from '../../events/streams.ts'
import type { Actor } from '../../events/fact.ts'
import { HOUR, MINUTE } from '../../kernel/time.ts'
import { people, type Person } from '../people.ts'
import type { Dice } from '../random.ts'
import { demoId, guestOf, type Guest, type Stage } from '../stage.ts'
import { companionsOf, noteFor } from './notes.ts'
import { hostActor, reply, sendAll, visit, visitorOf, type Scene } from './scene.ts'

/** A smaller event, told in less detail. */
export interface Occasion {
  /** Names its ids; never changes. */
  readonly key: string
  readonly name: string
  readonly slug: string
  readonly eventDate: number
  readonly timezone: string
  readonly venue: string
  readonly maxCapacity: number | null
  readonly hostId: string
  readonly createdAt: number
  readonly invitedAt: number
  readonly coming: readonly Party[]
  readonly declined: readonly Person[]
  /** Opened it and did not answer. */
  readonly silent: readonly Person[]
  readonly unopened: readonly Person[]
  /** Until when answers came in. */
  readonly answeredUntil: number
}

export interface Party {
  readonly person: Person
  readonly size: number
}

/** People of these cities first, in an order that the dice decide. */
export function localsFirst(cities: readonly string[], dice: Dice): Person[] {
  const shuffled = dice.shuffled(people)
  return [
    ...shuffled.filter(({ city }) => cities.includes(city)),
    ...shuffled.filter(({ city }) => !cities.includes(city)),
  ]
}

export const occasionId = (key: string): string => demoId('event', key)

/** Everything up to the day of the event. */
export function occasionScenes(occasion: Occasion, dice: Dice): Scene[] {
  const { key, hostId, createdAt, invitedAt, coming, declined, silent, unopened } = occasion
  const eventId = occasionId(key)
  const host = hostActor(hostId)
  const guestFor = (person: Person): Guest => guestOf(eventId, person)
  const invited = [...coming.map(({ person }) => person), ...declined, ...silent, ...unopened].map(guestFor)
  const answers = [
    ...coming.map(({ person, size }) => answered(occasion, person, 'attending', size, dice)),
    ...declined.map((person) => answered(occasion, person, 'declined', 0, dice)),
  ]
  return [
    creation(occasion, host),
    statusChange(eventId, host, createdAt + HOUR, 'publish'),
    addition(invited, host, createdAt + 40 * MINUTE, coming),
    ...sendAll(invited, host, invitedAt),
    ...answers.flat(),
    ...silent.flatMap((person) => looked(guestFor(person), momentOf(occasion, dice))),
  ]
}

function creation(occasion: Occasion, host: Actor): Scene {
  const {
    key,
    name,
    slug,
    eventDate,
    timezone,
    venue,
    maxCapacity,
    hostId: ownerId,
    createdAt: at,
  } = occasion
  const eventId = occasionId(key)
  const details = { name, slug, timezone, venue, eventDate: new Date(eventDate).toISOString() }
  return {
    at,
    play: (stage) =>
      createEvent(
        stage.commands,
        { eventId, ownerId, maxCapacity, ...details },
        stage.context(host, at, 'create', eventId),
      ),
  }
}

export function statusChange(
  eventId: string,
  host: Actor,
  at: number,
  kind: Extract<SettingsCommand, { kind: 'publish' | 'close' | 'archive' }>['kind'],
): Scene {
  return {
    at,
    play: (stage) =>
      stage.commands.execute(
        settingsDecider,
        settingsStream(eventId),
        { kind },
        stage.context(host, at, kind, eventId),
      ),
  }
}

/** The guests are put on the list by hand, one of them after the other. */
function addition(guests: readonly Guest[], host: Actor, at: number, coming: readonly Party[]): Scene {
  const sizes = new Map(coming.map(({ person, size }) => [person.key, size]))
  return {
    at,
    play: (stage: Stage) =>
      Promise.all(
        guests.map((guest, index) => {
          const plusOnesAllowed = (sizes.get(guest.person.key) ?? 2) - 1
          const byHand = { externalRef: null, utmSource: null, batchId: null }
          return stage.invite(guest, host, at + index * 20_000, { plusOnesAllowed, ...byHand })
        }),
      ),
  }
}

/** Answers come fast at first and trickle in after that. */
function momentOf({ invitedAt, answeredUntil }: Occasion, dice: Dice): number {
  return Math.round(invitedAt + 5 * MINUTE + (answeredUntil - invitedAt - 20 * MINUTE) * dice.next() ** 2)
}

const looked = (guest: Guest, at: number): Scene[] =>
  visit(guest, at, visitorOf(guest.person.mobile, guest.person.home))

function answered(
  occasion: Occasion,
  person: Person,
  answer: 'attending' | 'declined',
  partySize: number,
  dice: Dice,
): Scene[] {
  const guest = guestOf(occasionId(occasion.key), person)
  const at = momentOf(occasion, dice)
  const plusOneNames = companionsOf(person, Math.max(0, partySize - 1), dice)
  const note = dice.chance(0.5) ? null : noteFor(answer, dice)
  return [
    ...looked(guest, at),
    reply(guest, at + dice.int(40, 200) * 1_000, { answer, partySize, plusOneNames, note }),
  ]
}
