import type { Actor } from '../../events/fact.ts'
import { SECOND } from '../../kernel/time.ts'
import { deviceOf } from '../devices.ts'
import { addressIn } from '../networks.ts'
import { personNamed } from '../people.ts'
import { guestOf, type Guest } from '../stage.ts'
import { minutes, preview, reply, visit, visitorOf, type Scene } from './scene.ts'

/** Those whose links fall into other hands, or seem to. All of them come, and were invited with the second batch. */
const FORWARDED = 'Inès Marchand'
const COPIED = 'Oluwaseun Adeyemi'
const HARVESTED = 'Matteo Ricciardi'
const TUNNELLED = 'Katrin Vogelsang'
const POSTED = 'Priya Raman'
export const INCIDENT_NAMES: readonly string[] = [FORWARDED, COPIED, HARVESTED, TUNNELLED, POSTED]

/**
 * @param at from hours awake before now to milliseconds since the epoch
 */
export function incidents(eventId: string, host: Actor, at: (hoursAgo: number) => number): Scene[] {
  const guest = (name: string): Guest => guestOf(eventId, personNamed(name))
  return [
    ...forwarded(guest(FORWARDED), host, at(43.71), at(26.38)),
    ...copied(guest(COPIED), at(20.13), at(0.43)),
    ...harvested(guest(HARVESTED), at(34.87)),
    ...tunnelled(guest(TUNNELLED), at(54.62)),
    ...posted(guest(POSTED), at(13.19)),
  ]
}

/** One guest's first look and answer, at the computer at home. */
function accepts(guest: Guest, at: number): Scene[] {
  const { person } = guest
  return [
    ...visit(guest, at, visitorOf(person.laptop, person.home)),
    reply(guest, at + 90 * SECOND, { answer: 'attending', partySize: 1 }),
  ]
}

/** Opened in Paris, and twelve minutes later in Lagos. The host sends a new link; the old one is dead. */
function forwarded(guest: Guest, host: Actor, at: number, later: number): Scene[] {
  const stranger = visitorOf(
    deviceOf('phone', 'stranger in Lagos', 'en-NG', 'Africa/Lagos'),
    addressIn('Lagos', 'stranger'),
  )
  const reissued = at + minutes(50)
  const { person } = guest
  return [
    ...accepts(guest, at),
    ...visit(guest, at + minutes(12), stranger),
    { at: reissued, play: (stage) => stage.issueLink(guest, host, reissued) },
    { at: reissued + 20 * SECOND, play: (stage) => stage.send(guest, host, reissued + 20 * SECOND) },
    ...visit(guest, later, visitorOf(person.laptop, person.home)),
  ]
}

/** Somebody in the same city, on a browser that tells nothing about itself. */
function copied(guest: Guest, at: number, copiedAt: number): Scene[] {
  const { userAgent } = deviceOf('phone', 'stranger in Lyon', 'fr-FR', 'Europe/Paris')
  const stranger = { userAgent, ip: addressIn('Lyon', 'stranger', 3), fingerprint: null }
  return [...accepts(guest, at), ...visit(guest, copiedAt, stranger)]
}

/** A program in a data centre goes through a mailbox that it got into. */
function harvested(guest: Guest, at: number): Scene[] {
  const program = { userAgent: null, ip: addressIn('Ashburn', 'program'), fingerprint: null }
  const opened = at + minutes(38)
  return [...accepts(guest, at), { at: opened, play: (stage) => stage.open(guest, opened, program) }]
}

/** The guest's own computer, seen from where the office tunnel ends. */
function tunnelled(guest: Guest, at: number): Scene[] {
  const { laptop } = guest.person
  return [
    ...accepts(guest, at),
    ...visit(guest, at + minutes(25), visitorOf(laptop, addressIn('Amsterdam', 'tunnel'))),
  ]
}

/** Shared in a group chat: a preview, then the phones of others in two cities. */
function posted(guest: Guest, at: number): Scene[] {
  const friends = [
    { city: 'London', after: 19 },
    { city: 'London', after: 23 },
    { city: 'Berlin', after: 41 },
  ] as const
  const shared = at + minutes(16)
  return [
    ...accepts(guest, at),
    preview(guest, shared),
    ...friends.flatMap(({ city, after }, index) => {
      const label = `friend ${String(index)}`
      const timezone = city === 'London' ? 'Europe/London' : 'Europe/Berlin'
      const device = deviceOf('phone', label, city === 'London' ? 'en-GB' : 'de-DE', timezone)
      return visit(guest, at + minutes(after), visitorOf(device, addressIn(city, label, 1)))
    }),
  ]
}
