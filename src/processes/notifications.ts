import { guestDecider } from '../commands/guest/decider.ts'
import type { InvitedGuest } from '../commands/guest/state.ts'
import type { CommandHandler } from '../commands/handle.ts'
import { hostDecider } from '../commands/host/decider.ts'
import { rsvpsDecider } from '../commands/rsvps/decider.ts'
import { settingsDecider, type EventStatus } from '../commands/settings/decider.ts'
import { guestStream, hostStream, rsvpsStream, settingsStream } from '../events/streams.ts'
import type { Clock } from '../kernel/time.ts'
import type { Occasion } from '../notify/compose.ts'
import type { Mailer, SmsSender } from '../notify/message.ts'

/** What leads a person back here. Made when a message is sent, never stored. */
export interface Links {
  /** The guest's page; `version` is of the guest's link. */
  guestLink(guest: LinkOf): string
  /** What the scanner at the door reads; `validUntil` in milliseconds. */
  pass(guest: LinkOf & { readonly validUntil: number }): string
  /** What is typed where it cannot be scanned. */
  passCode(guest: LinkOf): string
  /** The six digits of a challenge. */
  stepUpCode(challengeId: string): string
  /** Where a new password is chosen; works until the password changes. */
  resetLink(host: { hostId: string; passwordHash: string }): Promise<{ url: string; validFor: number }>
}

export interface LinkOf {
  readonly eventId: string
  readonly guestId: string
  readonly version: number
}

export interface NotificationOptions {
  readonly commands: CommandHandler
  readonly mailer: Mailer
  readonly sms: SmsSender
  readonly links: Links
  /** Domain of the sender's address, for calendar entries. */
  readonly mailDomain: string
  readonly clock: Clock
}

export interface OccasionNow extends Occasion {
  readonly status: EventStatus
}

/** @returns the event as a guest is told of it, null when there is none */
export async function occasionOf(commands: CommandHandler, eventId: string): Promise<OccasionNow | null> {
  const event = await commands.state(settingsDecider, settingsStream(eventId))
  if (event.kind === 'missing') return null
  const host = await commands.state(hostDecider, hostStream(event.ownerId))
  const { name, eventDate, timezone, venue, status, changes: sequence } = event
  const hostName = host.kind === 'missing' ? null : host.name
  return { eventId, name, eventDate, timezone, venue, status, sequence, hostName }
}

/** @returns the guest, null when nobody was ever invited under this id */
export async function guestNow(
  commands: CommandHandler,
  { eventId, guestId }: { eventId: string; guestId: string },
): Promise<InvitedGuest | null> {
  const guest = await commands.state(guestDecider, guestStream(eventId, guestId))
  return guest.kind === 'missing' ? null : guest
}

/** @returns what the guest has now, null without an answer */
export async function seatNow(commands: CommandHandler, eventId: string, guestId: string) {
  const rsvps = await commands.state(rsvpsDecider, rsvpsStream(eventId))
  return rsvps.seats.get(guestId) ?? null
}
