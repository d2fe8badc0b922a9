import type { NewSettingsFact, SettingsHappened } from '../../events/settings.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import { DAY, HOUR } from '../../kernel/time.ts'
import { endOfDay } from './local-day.ts'
import type { ConfiguredEvent, EventDetails, ScannerTicket } from './state.ts'

/** How long after the end of its day an event still has guests at the door, unless the host says otherwise. */
const AFTER_THE_DAY = 6 * HOUR

/** A ticket that is made during or after the event is good for a night. */
const SHORTEST = 12 * HOUR

/** How much longer than by default a ticket may be good for. A phone that is lost ends with it. */
const LONGER_AT_MOST = 3 * DAY

/** Tickets that are good at the same time. A gate needs one. */
export const MAX_LIVE_TICKETS = 200

/** How long after the start of the event a pass lets somebody in. */
const PASS_VALIDITY = DAY

/**
 * @returns when passes of the event end, in milliseconds, on the hour: a pass counts hours. An event that is put off
 *   takes the passes that were made before along.
 */
export const passValidUntil = ({ eventDate }: Pick<EventDetails, 'eventDate'>): number =>
  Math.ceil((Date.parse(eventDate) + PASS_VALIDITY) / HOUR) * HOUR

export type DoorSettingsCommand =
  | {
      readonly kind: 'issue_ticket'
      readonly ticketId: string
      readonly gate: string
      /** In milliseconds; null for the default. */
      readonly expiresAt: number | null
      /** Whether a ticket of that gate that is good already will do. */
      readonly reuse: boolean
      readonly at: number
    }
  | { readonly kind: 'revoke_ticket'; readonly ticketId: string }
  | { readonly kind: 'configure_walk_ins'; readonly allowed: boolean }

type DoorSettingsFact = Extract<
  SettingsHappened,
  { type: 'ScannerTicketIssued' | 'ScannerTicketRevoked' | 'WalkInsConfigured' }
>

export function evolveDoorSettings(
  state: Pick<ConfiguredEvent, 'tickets' | 'walkIns'>,
  fact: DoorSettingsFact,
): Partial<ConfiguredEvent> {
  switch (fact.type) {
    case 'ScannerTicketIssued': {
      const { ticketId, gate, expiresAt } = fact.data
      const ticket = { gate, issuedAt: fact.at, expiresAt: Date.parse(expiresAt), revoked: false }
      return { tickets: new Map(state.tickets).set(ticketId, ticket) }
    }
    case 'ScannerTicketRevoked': {
      const ticket = state.tickets.get(fact.data.ticketId)
      if (ticket === undefined) return {}
      return { tickets: new Map(state.tickets).set(fact.data.ticketId, { ...ticket, revoked: true }) }
    }
    case 'WalkInsConfigured':
      return { walkIns: fact.data.allowed }
    default:
      return unreachable(fact)
  }
}

export function decideDoorSettings(event: ConfiguredEvent, command: DoorSettingsCommand): NewSettingsFact[] {
  switch (command.kind) {
    case 'issue_ticket':
      return issueTicket(event, command)
    case 'revoke_ticket': {
      const ticket = event.tickets.get(command.ticketId)
      if (ticket === undefined) throw new DomainError('not_found', 'not_found', 'There is no such ticket.')
      return ticket.revoked ? [] : [{ type: 'ScannerTicketRevoked', data: { ticketId: command.ticketId } }]
    }
    case 'configure_walk_ins': {
      const { allowed } = command
      return event.walkIns === allowed ? [] : [{ type: 'WalkInsConfigured', data: { allowed } }]
    }
    default:
      return unreachable(command)
  }
}

/** @returns the ticket of that gate that is good for longest, null when there is none */
export function liveTicketOf(
  event: Pick<ConfiguredEvent, 'tickets'>,
  gate: string,
  now: number,
): { readonly ticketId: string; readonly ticket: ScannerTicket } | null {
  return (
    [...event.tickets]
      .map(([ticketId, ticket]) => ({ ticketId, ticket }))
      .filter(({ ticket }) => ticket.gate === gate && isLive(ticket, now))
      .sort((a, b) => b.ticket.expiresAt - a.ticket.expiresAt)[0] ?? null
  )
}

const isLive = ({ revoked, expiresAt }: ScannerTicket, now: number) => !revoked && expiresAt > now

function issueTicket(
  event: ConfiguredEvent,
  { ticketId, gate, expiresAt, reuse, at }: Extract<DoorSettingsCommand, { kind: 'issue_ticket' }>,
): NewSettingsFact[] {
  if (reuse && expiresAt === null && liveTicketOf(event, gate, at) !== null) return []
  const usual = Math.max(endOfDay(Date.parse(event.eventDate), event.timezone) + AFTER_THE_DAY, at + SHORTEST)
  const end = expiresAt ?? usual
  requireBounded(end, at, usual + LONGER_AT_MOST)
  if ([...event.tickets.values()].filter((ticket) => isLive(ticket, at)).length >= MAX_LIVE_TICKETS) {
    throw new DomainError(
      'conflict',
      'too_many_tickets',
      `${String(MAX_LIVE_TICKETS)} scanner tickets are good now. Revoke some that nobody needs.`,
    )
  }
  const data = { ticketId, gate, expiresAt: new Date(end).toISOString() }
  return [{ type: 'ScannerTicketIssued', data }]
}

function requireBounded(end: number, now: number, latest: number): void {
  const message = end <= now ? 'is over' : end > latest ? `is after ${new Date(latest).toISOString()}` : null
  if (message === null) return
  throw new DomainError('invalid', 'bad_expiry', `The end of a ticket ${message}.`, {
    fields: [{ path: 'expiresAt', message }],
  })
}
