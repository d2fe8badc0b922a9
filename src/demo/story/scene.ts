import type { Visitor } from '../../commands/guest/opening.ts'
import type { Actor } from '../../events/fact.ts'
import { MINUTE, SECOND } from '../../kernel/time.ts'
import type { Device } from '../devices.ts'
import { MAIL_PROTECTION } from '../networks.ts'
import { SCANNER, UNFURLERS } from '../devices.ts'
import { hash32 } from '../random.ts'
import type { Guest, Reply, Stage } from '../stage.ts'

/** Something that happens at a moment of the story, in milliseconds since the epoch. */
export interface Scene {
  readonly at: number
  readonly play: (stage: Stage) => Promise<unknown>
}

export const DEMO_HOST = {
  email: 'demo@example.org',
  password: 'an evening in lyon',
  name: 'Noor Valmont',
} as const

/** What one event of the demo consists of. */
export interface DemoEvent {
  readonly id: string
  readonly guests: readonly Guest[]
  /** In any order. */
  readonly scenes: readonly Scene[]
}

export const hostActor = (hostId: string): Actor => `host:${hostId}`

/** A browser on a line, as the server sees it. */
export function visitorOf(device: Device, ip: string): Visitor {
  return { ip, userAgent: device.userAgent, fingerprint: device.fingerprint }
}

/** How long somebody looks at the sealed envelope, in milliseconds. */
const BEFORE_OPENING = 4 * SECOND

/** The page loads, then the guest opens the envelope. */
export function visit(guest: Guest, at: number, visitor: Visitor): Scene[] {
  return [
    { at: at - BEFORE_OPENING, play: (stage) => stage.touch(guest, at - BEFORE_OPENING, 'page', visitor) },
    { at, play: (stage) => stage.open(guest, at, visitor) },
  ]
}

export function reply(guest: Guest, at: number, answer: Reply): Scene {
  return { at, play: (stage) => stage.answer(guest, at, answer) }
}

/** The guest pastes the link into a chat, whose program fetches a preview. */
export function preview(guest: Guest, at: number): Scene {
  const userAgent = UNFURLERS[hash32(guest.person.key) % UNFURLERS.length] ?? UNFURLERS[0]
  return { at, play: (stage) => stage.touch(guest, at, 'unfurl', { ip: guest.person.away, userAgent }) }
}

/** The guest's mail server looks at the link before the guest does. */
export function scan(guest: Guest, at: number): Scene {
  const ip = MAIL_PROTECTION[hash32(guest.person.key) % MAIL_PROTECTION.length] ?? MAIL_PROTECTION[0]
  return { at, play: (stage) => stage.touch(guest, at, 'scanner', { ip, userAgent: SCANNER }) }
}

/** Invitations go out one after the other, a quarter of a second apart. */
export function sendAll(guests: readonly Guest[], host: Actor, at: number): Scene[] {
  return guests.flatMap((guest, index): Scene[] => {
    const moment = at + index * 250
    const sent = { at: moment, play: (stage: Stage) => stage.send(guest, host, moment) }
    const scanned = guest.person.email?.endsWith('.com') === true
    return scanned ? [sent, scan(guest, moment + 20 * SECOND)] : [sent]
  })
}

export const minutes = (count: number): number => count * MINUTE
