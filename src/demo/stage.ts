import { doorDecider } from '../commands/door/decider.ts'
import { UNDO_WINDOW } from '../commands/guest/check-in.ts'
import type { GuestCommand, TouchKind } from '../commands/guest/commands.ts'
import { guestDecider } from '../commands/guest/decider.ts'
import type { Opened, Openings, Visitor } from '../commands/guest/opening.ts'
import type { InvitedGuest } from '../commands/guest/state.ts'
import type { CommandHandler } from '../commands/handle.ts'
import { rsvpsDecider } from '../commands/rsvps/decider.ts'
import type { Seat } from '../commands/rsvps/state.ts'
import { requireEvent, settingsDecider, type ConfiguredEvent } from '../commands/settings/decider.ts'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Actor } from '../events/fact.ts'
import type { Answer } from '../events/rsvps.ts'
import { doorStream, guestStream, rsvpsStream, settingsStream } from '../events/streams.ts'
import { commandIdOf, derivedId } from '../kernel/ids.ts'
import { SECOND } from '../kernel/time.ts'
import type { Person } from './people.ts'

/** A person on the list of one event. */
export interface Guest {
  readonly eventId: string
  readonly id: string
  readonly person: Person
}

export interface Standing {
  readonly guest: InvitedGuest
  readonly event: ConfiguredEvent
  readonly seat: Seat | undefined
}

export interface Reply {
  readonly answer: Answer
  readonly partySize: number
  readonly plusOneNames?: readonly string[]
  readonly note?: string | null
}

export interface Invitation {
  readonly plusOnesAllowed: number
  readonly externalRef: string | null
  readonly utmSource: string | null
  readonly batchId: string | null
}

export const demoId = (...what: readonly string[]): string => derivedId(commandIdOf('demo', ...what))

export const guestOf = (eventId: string, person: Person): Guest => ({
  eventId,
  id: demoId('guest', eventId, person.key),
  person,
})

/** The one phone that stands at a gate. */
const phoneAt = (eventId: string, gate: string) => ({
  actor: `door:${gate.replaceAll(/\W+/g, '_')}` as const,
  ticketId: demoId('ticket', eventId, gate),
  deviceId: demoId('device', eventId, gate),
})

/**
 * Where the story is played: every step is a command that the product would get for the same gesture, at the time of the
 * story. Played twice under one name nothing happens the second time, because the commands have the same ids.
 */
export class Stage {
  readonly commands: CommandHandler
  readonly #openings: Openings
  readonly #name: string
  /** How often each kind of step was played for each guest. */
  readonly #played = new Map<string, number>()

  /** @param name tells this playing from others, such as `story` */
  constructor({ commands, openings }: { commands: CommandHandler; openings: Openings }, name: string) {
    this.commands = commands
    this.#openings = openings
    this.#name = name
  }

  /** @param what the step; the first, second … with the same words are different commands */
  context(actor: Actor, at: number, ...what: readonly string[]): CommandContext {
    const step = what.join(' ')
    const times = (this.#played.get(step) ?? 0) + 1
    this.#played.set(step, times)
    const commandId = commandIdOf('demo', this.#name, ...what, String(times))
    return { commandId, actor, at, correlationId: commandId }
  }

  /** @returns how things stand for a guest, null for one who is not on the list */
  async standing({ eventId, id }: Guest): Promise<Standing | null> {
    const [guest, settings, rsvps] = await Promise.all([
      this.commands.state(guestDecider, guestStream(eventId, id)),
      this.commands.state(settingsDecider, settingsStream(eventId)),
      this.commands.state(rsvpsDecider, rsvpsStream(eventId)),
    ])
    if (guest.kind === 'missing' || guest.gone !== null) return null
    return { guest, event: requireEvent(settings), seat: rsvps.seats.get(id) }
  }

  invite(guest: Guest, host: Actor, at: number, invitation: Invitation): Promise<void> {
    const { name, email, phone } = guest.person
    return this.#execute(guest, host, at, { kind: 'invite', name, email, phone, ...invitation })
  }

  /** Queued by the host, and sent (or given up) a moment later: what the notification process would have recorded. */
  async send(guest: Guest, host: Actor, at: number, failure?: string): Promise<void> {
    const channel = guest.person.email === null ? 'sms' : 'email'
    const messageId = demoId('message', guest.id, String(at))
    await this.#execute(guest, host, at, {
      kind: 'queue_invitation',
      messageId,
      channel,
      onlyIfNone: false,
    })
    const settled =
      failure === undefined
        ? ({ kind: 'record_sent', messageId } as const)
        : ({ kind: 'record_failed', messageId, reason: failure } as const)
    await this.#execute(guest, 'system:notifications', at + 2 * SECOND, settled)
  }

  issueLink(guest: Guest, host: Actor, at: number): Promise<void> {
    return this.#execute(guest, host, at, { kind: 'issue_link' })
  }

  async touch(
    guest: Guest,
    at: number,
    touch: TouchKind,
    visitor: Pick<Visitor, 'ip' | 'userAgent'>,
  ): Promise<void> {
    const { ip, userAgent } = visitor
    const linkVersion = await this.#linkVersion(guest)
    await this.#execute(guest, `guest:${guest.id}`, at, {
      kind: 'touch',
      touch,
      at,
      linkVersion,
      ip,
      userAgent,
    })
  }

  async open({ eventId, id }: Guest, at: number, visitor: Visitor): Promise<Opened> {
    const context = this.context(`guest:${id}`, at, 'open', eventId, id)
    const version = await this.#linkVersion({ eventId, id })
    const link = { eventId, guestId: id, version }
    return this.#openings.open(link, visitor, derivedId(context.commandId), context)
  }

  async answer(guest: Guest, at: number, reply: Reply): Promise<void> {
    const { eventId, id: guestId } = guest
    const context = this.context(`guest:${guestId}`, at, 'answer', eventId, guestId)
    const standing = await this.standing(guest)
    if (standing === null) return
    const { plusOneNames = [], note = null, answer, partySize } = reply
    const looked = {
      plusOnesAllowed: standing.guest.plusOnesAllowed,
      open: standing.event.status === 'published',
      at,
    }
    const command = { kind: 'answer', guestId, answer, partySize, plusOneNames, note, ...looked } as const
    await this.commands.execute(rsvpsDecider, rsvpsStream(eventId), command, context)
  }

  /** For the phone at a gate, until the night is over. */
  async issueTicket(eventId: string, gate: string, host: Actor, at: number): Promise<void> {
    const { ticketId } = phoneAt(eventId, gate)
    const command = { kind: 'issue_ticket', ticketId, gate, expiresAt: null, reuse: false, at } as const
    const context = this.context(host, at, command.kind, eventId, gate)
    await this.commands.execute(settingsDecider, settingsStream(eventId), command, context)
  }

  async openScanner(eventId: string, gate: string, at: number): Promise<void> {
    const { actor, ...device } = phoneAt(eventId, gate)
    const command = { kind: 'see_device', at, ...device } as const
    const context = this.context(actor, at, command.kind, eventId, gate)
    await this.commands.execute(doorDecider, doorStream(eventId), command, context)
  }

  /** A scan at a gate. What the door would refuse is refused, and recorded as refused. @returns the check-in's id */
  async scan(guest: Guest, at: number, gate: string, arrivalCount: number): Promise<string> {
    const { eventId, id } = guest
    const { actor, ...device } = phoneAt(eventId, gate)
    const context = this.context(actor, at, 'scan', eventId, id)
    const checkInId = derivedId(context.commandId)
    const standing = await this.standing(guest)
    const seat = standing?.seat
    const status = standing?.event.status
    const command = {
      kind: 'check_in',
      checkInId,
      arrivalCount,
      via: 'pass',
      arrivedBefore: null,
      at,
      scan: {
        gate,
        ...device,
        nonce: derivedId(context.commandId, 'nonce'),
        scannedAt: new Date(at).toISOString(),
        offline: false,
      },
      expected: seat?.status === 'confirmed' ? seat.partySize : null,
      doorsOpen: status === 'published' || status === 'closed',
      passVersion: null,
      passExpired: false,
    } as const
    await this.commands.execute(guestDecider, guestStream(eventId, id), command, context)
    return checkInId
  }

  /** @param at within a minute of the check-in */
  undo(guest: Guest, at: number, gate: string, checkInId: string): Promise<void> {
    const { actor } = phoneAt(guest.eventId, gate)
    return this.#execute(guest, actor, at, { kind: 'undo_check_in', checkInId, at, mayUndoLate: false })
  }

  async #linkVersion({ eventId, id }: Pick<Guest, 'eventId' | 'id'>): Promise<number> {
    const guest = await this.commands.state(guestDecider, guestStream(eventId, id))
    return guest.kind === 'missing' ? 0 : guest.link.version
  }

  async #execute({ eventId, id }: Guest, actor: Actor, at: number, command: GuestCommand): Promise<void> {
    const context = this.context(actor, at, command.kind, eventId, id)
    await this.commands.execute(guestDecider, guestStream(eventId, id), command, context)
  }
}

/** Long enough after a scan to notice that it was the wrong party, and not too late to take it back. */
export const NOTICED_AFTER = UNDO_WINDOW / 3
