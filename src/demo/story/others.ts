import { createEvent } from '../../commands/event-creation.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../kernel/time.ts'
import { people } from '../people.ts'
import { diceOf } from '../random.ts'
import { guestOf } from '../stage.ts'
import { atHour, wakingTime } from '../waking-time.ts'
import { localsFirst, occasionId, occasionScenes, phonesAt, statusChange } from './occasion.ts'
import { hostActor, type DemoEvent, type Scene } from './scene.ts'

const ZONE = 'Europe/Paris'
const GATE = 'Main entrance'

/** A small dinner that is still being prepared. */
export function trusteesDinner(now: number, hostId: string): DemoEvent {
  const eventId = occasionId('dinner')
  const host = hostActor(hostId)
  const at = now - 2 * DAY
  const guests = people.filter((_person, index) => index % 15 === 7).map((person) => guestOf(eventId, person))
  const details = {
    name: 'Dinner for the Trustees',
    slug: 'dinner-for-the-trustees',
    eventDate: new Date(atHour(now, ZONE, 44, 20)).toISOString(),
    timezone: ZONE,
    venue: 'La Verrière, Lyon',
  }
  const seated = { plusOnesAllowed: 1, externalRef: null, utmSource: null, batchId: null }
  const scenes: Scene[] = [
    {
      at,
      play: (stage) =>
        createEvent(
          stage.commands,
          { eventId, ownerId: hostId, maxCapacity: 16, ...details },
          stage.context(host, at, 'create', eventId),
        ),
    },
    {
      at: at + 10 * MINUTE,
      play: (stage) =>
        Promise.all(guests.map((guest) => stage.invite(guest, host, at + 10 * MINUTE, seated))),
    },
  ]
  return { id: eventId, guests, scenes }
}

/** Ten weeks ago, over, and archived. */
export function openingNight(now: number, hostId: string): DemoEvent {
  const dice = diceOf('opening night')
  const key = 'opening night'
  const eventId = occasionId(key)
  const host = hostActor(hostId)
  const eventDate = atHour(now, ZONE, -71, 19)
  const cast = localsFirst(['Lyon', 'Paris'], dice)
  const coming = cast.slice(0, 24).map((person) => ({ person, size: dice.pick([1, 2, 2, 3]) }))
  const occasion = {
    key,
    name: 'Opening Night: The Paper Garden',
    slug: 'opening-night-the-paper-garden',
    eventDate,
    timezone: ZONE,
    venue: 'Galerie Meridian, Lyon',
    maxCapacity: 60,
    hostId,
    at: wakingTime(eventDate, ZONE),
    createdAgo: 541,
    invitedAgo: 393,
    answeredAgo: 31,
    coming,
    declined: cast.slice(24, 30),
    silent: cast.slice(30, 32),
    unopened: cast.slice(32, 36),
  }
  // Two parties stayed away, as always.
  const arrivals = coming.slice(2).map(({ person, size }): Scene => {
    const at = eventDate - 10 * MINUTE + dice.int(0, 80 * 60) * SECOND
    return { at, play: (stage) => stage.scan(guestOf(eventId, person), at, GATE, size) }
  })
  const guests = cast.slice(0, 36).map((person) => guestOf(eventId, person))
  const scenes = [
    ...occasionScenes(occasion, dice),
    ...phonesAt(eventId, host, [GATE], eventDate - HOUR),
    ...arrivals,
    statusChange(eventId, host, eventDate + 14 * HOUR, 'close'),
    statusChange(eventId, host, eventDate + 5 * DAY, 'archive'),
  ]
  return { id: eventId, guests, scenes }
}
