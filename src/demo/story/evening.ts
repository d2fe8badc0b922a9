import { createEvent } from '../../commands/event-creation.ts'
import { settingsDecider } from '../../commands/settings/decider.ts'
import { settingsStream } from '../../events/streams.ts'
import { SECOND } from '../../kernel/time.ts'
import { people, personNamed, type Person } from '../people.ts'
import { diceOf, type Dice } from '../random.ts'
import { demoId, guestOf, type Guest, type Invitation } from '../stage.ts'
import { atHour, wakingTime } from '../waking-time.ts'
import { dealHabits, firstDevice, secondLook } from './habits.ts'
import { incidents, INCIDENT_NAMES } from './incidents.ts'
import { companionsOf, noteFor } from './notes.ts'
import {
  hostActor,
  minutes,
  preview,
  reply,
  sendAll,
  visit,
  visitorOf,
  type DemoEvent,
  type Scene,
} from './scene.ts'

const ZONE = 'Europe/Paris'
export const EVENING = demoId('event', 'evening')

/** People. The parties below fill it but for one seat. */
export const CAPACITY = 140

/** What becomes of an invitation, and of how many of the 120. */
const FATES = {
  /** The mailbox is gone. */
  failed: 1,
  /** On the list, not invited yet. */
  added: 3,
  /** Has not looked yet: whom the live part brings. */
  unopened: 14,
  /** Looked, and has not answered. */
  silent: 9,
  declined: 14,
  maybe: 8,
  attending: 67,
  /** Answered when it was full. */
  late: 4,
} as const
type Fate = keyof typeof FATES

/** Sizes of the 67 parties that came in time: 139 people. */
const PARTIES = [...repeated(1, 18), ...repeated(2, 32), ...repeated(3, 11), ...repeated(4, 6)]
/** Of those who came late, in their order: the first is promoted, the second does not fit. */
const LATE_PARTIES = [2, 2, 1, 3] as const

function repeated(value: number, times: number): number[] {
  return new Array<number>(times).fill(value)
}

const CANCELS = 'Corentin Ferrandi'
const LATE = ['Lotte Vandermeulen', 'Tiago Serralva', 'Annika Seefeld', 'Maxime Thibodeau']
const FIXED: Readonly<Record<string, Fate>> = {
  [CANCELS]: 'attending',
  'Pol Ferrerons': 'failed',
  ...Object.fromEntries(LATE.map((name) => [name, 'late' as const])),
  ...Object.fromEntries(INCIDENT_NAMES.map((name) => [name, 'attending' as const])),
}

/** Hours awake. */
const A_DAY = 16

/** Hours awake before now. A week is 112 of them. */
const CREATED = 194.7
const IMPORTED = 147.6
const BATCHES = [
  { hoursAgo: 131.8, share: 55 },
  { hoursAgo: 91.7, share: 40 },
  { hoursAgo: 36.4, share: 30 },
] as const
/** When the last seat went. */
const FULL = 3.4
const LATE_AT = [3.07, 2.58, 2.14, 1.69] as const
const CANCELLED = 1.27

interface Part {
  readonly guest: Guest
  readonly fate: Fate
  readonly partySize: number
  readonly invitation: Invitation
  readonly invitedAgo: number
}

export function evening(now: number, hostId: string): DemoEvent {
  const dice = diceOf('evening')
  const at = wakingTime(now, ZONE)
  const host = hostActor(hostId)
  const parts = castParts(dice)
  const habits = dealHabits(
    parts.filter(({ fate }) => opens(fate)).map(({ guest }) => guest),
    dice,
  )
  const invited = parts.filter(({ fate }) => fate !== 'added' && fate !== 'failed')
  const failed = parts.filter(({ fate }) => fate === 'failed')
  const scenes: Scene[] = [
    ...opening(now, hostId, parts),
    ...BATCHES.flatMap(({ hoursAgo }) =>
      sendAll(
        invited.filter(({ invitedAgo }) => invitedAgo === hoursAgo).map(({ guest }) => guest),
        host,
        at(hoursAgo),
      ),
    ),
    ...failed.map(({ guest, invitedAgo }) => ({
      at: at(invitedAgo),
      play: (stage: Parameters<Scene['play']>[0]) =>
        stage.send(guest, host, at(invitedAgo), 'The mail server does not know this address (550 5.1.1).'),
    })),
    ...parts
      .filter(({ fate }) => opens(fate))
      .flatMap((part) => responses(part, habits.get(part.guest.id) ?? 'never again', at, dice)),
    ...incidents(EVENING, host, at),
    reply(guestOf(EVENING, personNamed(CANCELS)), at(CANCELLED), {
      answer: 'declined',
      partySize: 0,
      note: 'Flu, both of us. Please give our seats to somebody who can enjoy them.',
    }),
  ]
  return { id: EVENING, guests: parts.map(({ guest }) => guest), scenes }
}

const opens = (fate: Fate): boolean => !['failed', 'added', 'unopened'].includes(fate)

function castParts(dice: Dice): Part[] {
  const fates = dice.shuffled(
    (Object.entries(FATES) as [Fate, number][]).flatMap(([fate, count]) => {
      const fixed = Object.values(FIXED).filter((one) => one === fate).length
      return new Array<Fate>(count - fixed).fill(fate)
    }),
  )
  const parties = dice.shuffled(PARTIES)
  takeOut(parties, 2)
  for (const _name of INCIDENT_NAMES) takeOut(parties, 1)
  const late = [...LATE_PARTIES]
  const batches = dice.shuffled(BATCHES.flatMap(({ hoursAgo, share }) => repeated(hoursAgo, share)))
  const ordered = [...LATE.map(personNamed), ...people.filter(({ name }) => !LATE.includes(name))]
  return ordered.map((person, index) => {
    const fate = FIXED[person.name] ?? fates.pop() ?? 'unopened'
    const partySize = partySizeOf(person, fate, parties, late, dice)
    const spare = dice.pick([0, 0, 1, 1, 2])
    const invitation = invitationOf(index, Math.max(partySize - 1, spare), dice)
    const incident = INCIDENT_NAMES.includes(person.name)
    const invitedAgo = incident ? BATCHES[1].hoursAgo : (batches[index] ?? BATCHES[0].hoursAgo)
    return { guest: guestOf(EVENING, person), fate, partySize, invitation, invitedAgo }
  })
}

function takeOut(list: number[], value: number): void {
  list.splice(list.indexOf(value), 1)
}

function partySizeOf(person: Person, fate: Fate, parties: number[], late: number[], dice: Dice): number {
  if (person.name === CANCELS) return 2
  if (INCIDENT_NAMES.includes(person.name)) return 1
  if (fate === 'attending') return parties.pop() ?? 1
  if (fate === 'late') return late.shift() ?? 1
  return dice.pick([1, 2, 2])
}

/** Most came with a file from the customer system, some were added by hand. */
function invitationOf(index: number, plusOnesAllowed: number, dice: Dice): Invitation {
  const utmSource = dice.pick([null, null, 'newsletter', 'partners', 'alumni'])
  if (index % 9 === 4) return { plusOnesAllowed, externalRef: null, utmSource: null, batchId: null }
  const batchId = demoId('batch', EVENING)
  return { plusOnesAllowed, externalRef: `CRM-${String(2041 + index * 7)}`, utmSource, batchId }
}

function opening(now: number, hostId: string, parts: readonly Part[]): Scene[] {
  const at = wakingTime(now, ZONE)
  const host = hostActor(hostId)
  const details = {
    name: 'A Night at the Orangery',
    slug: 'a-night-at-the-orangery',
    eventDate: new Date(atHour(now, ZONE, 14, 19)).toISOString(),
    timezone: ZONE,
    venue: 'Orangerie Valmont, Lyon',
  }
  return [
    {
      at: at(CREATED),
      play: (stage) =>
        createEvent(
          stage.commands,
          { eventId: EVENING, ownerId: hostId, maxCapacity: CAPACITY, ...details },
          stage.context(host, at(CREATED), 'create', EVENING),
        ),
    },
    {
      at: at(IMPORTED),
      play: (stage) =>
        Promise.all(
          parts.map(({ guest, invitation }) => stage.invite(guest, host, at(IMPORTED), invitation)),
        ),
    },
    {
      at: at(IMPORTED) + minutes(6),
      play: (stage) =>
        stage.commands.execute(
          settingsDecider,
          settingsStream(EVENING),
          { kind: 'publish' },
          stage.context(host, at(IMPORTED) + minutes(6), 'publish', EVENING),
        ),
    },
  ]
}

/** The first look, the answer, and looks after that. */
function responses(
  { guest, fate, partySize, invitedAgo }: Part,
  habit: Parameters<typeof secondLook>[1],
  at: (hoursAgo: number) => number,
  dice: Dice,
): Scene[] {
  const { person } = guest
  const lateIndex = LATE.indexOf(person.name)
  const incident = INCIDENT_NAMES.includes(person.name)
  if (incident) return []
  // Half answer within a few hours of the invitation, the others over days, all of them before it is full.
  const delay = dice.chance(0.5) ? 0.1 + dice.next() * 4 : 3 + dice.next() * 60
  const before = FULL + dice.next() * 20
  const openedAgo =
    lateIndex >= 0
      ? (LATE_AT[lateIndex] ?? 2)
      : Math.max(invitedAgo - delay, Math.min(before, invitedAgo - 0.2))
  const opened = at(openedAgo)
  const thinks = dice.int(40, 400) * SECOND
  const answer = answerOf(fate)
  const scenes = visit(guest, opened, visitorOf(firstDevice(guest, habit), person.home))
  if (answer !== null) {
    const plusOneNames = answer === 'declined' ? [] : companionsOf(person, partySize - 1, dice)
    const size = answer === 'declined' ? 0 : partySize
    const note = noteFor(answer, dice)
    scenes.push(reply(guest, opened + thinks, { answer, partySize: size, plusOneNames, note }))
  }
  if (dice.chance(0.12)) scenes.push(preview(guest, opened + thinks + minutes(2)))
  const again = openedAgo - (4 + dice.next() * 30)
  const lookedAgain = again > 0.05 ? again : openedAgo * (0.1 + 0.6 * dice.next())
  const moment = Math.max(at(lookedAgain), opened + thinks + minutes(4))
  // Nobody is abroad a few hours later.
  const likely = habit === 'same device elsewhere' && openedAgo - lookedAgain < A_DAY ? 'same device' : habit
  return [...scenes, ...secondLook(guest, likely, moment, dice)]
}

function answerOf(fate: Fate): 'attending' | 'declined' | 'maybe' | null {
  if (fate === 'declined' || fate === 'maybe') return fate
  return fate === 'attending' || fate === 'late' ? 'attending' : null
}
