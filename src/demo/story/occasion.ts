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
  /** The clock of the times below: from hours awake before the event to milliseconds since the epoch. */
  readonly at: (hoursAgo: number) => number
  readonly createdAgo: number
  readonly invitedAgo: number
  /** When the last answer came. */
  readonly answeredAgo: number
  readonly coming: readonly Party[]
  readonly declined: readonly Person[]
  /** Opened it and did not answer. */
  readonly silent: readonly Person[]
  readonly unopened: readonly Person[]
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
  const { key, hostId, at, createdAgo, invitedAgo, coming, declined, silent, unopened } = occasion
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
    statusChange(eventId, host, at(createdAgo) + HOUR, 'publish'),
    addition(invited, host, at(createdAgo) + 40 * MINUTE, coming),
    ...sendAll(invited, host, at(invitedAgo)),
    ...answers.flat(),
    ...silent.flatMap((person) => looked(guestFor(person), momentOf(occasion, dice), dice)),
  ]
}

function creation(occasion: Occasion, host: Actor): Scene {
  const { key, name, slug, eventDate, timezone, venue, maxCapacity, hostId: ownerId } = occasion
  const at = occasion.at(occasion.createdAgo)
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

/** The host makes a ticket for each gate, and the phone there opens it a few minutes later. */
export function phonesAt(eventId: string, host: Actor, gates: readonly string[], at: number): Scene[] {
  return gates.flatMap((gate): Scene[] => [
    { at, play: (stage) => stage.issueTicket(eventId, gate, host, at) },
    { at: at + 4 * MINUTE, play: (stage) => stage.openScanner(eventId, gate, at + 4 * MINUTE) },
  ])
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
function momentOf({ at, invitedAgo, answeredAgo }: Occasion, dice: Dice): number {
  return at(invitedAgo - 0.2 - (invitedAgo - answeredAgo - 0.2) * dice.next() ** 2)
}

function looked(guest: Guest, at: number, dice: Dice): Scene[] {
  const { laptop, mobile, home } = guest.person
  return visit(guest, at, visitorOf(dice.chance(0.25) ? laptop : mobile, home))
}

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
    ...looked(guest, at, dice),
    reply(guest, at + dice.int(40, 200) * 1_000, { answer, partySize, plusOneNames, note }),
  ]
}
