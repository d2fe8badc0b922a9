import { requireEvent } from '../../commands/settings/decider.ts'
import type { ConfiguredEvent, SettingsState } from '../../commands/settings/state.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { ScannerClaims } from '../../tokens/tokens.ts'

/** Who works at the door: what a ticket that is good says, and the event it is for. */
export interface Ticket extends ScannerClaims {
  readonly event: ConfiguredEvent
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/**
 * @param claims of a ticket whose signature and time are right
 * @param settings of the event it names
 * @throws DomainError `ticket_invalid`, `ticket_revoked`
 */
export function requireTicket(
  claims: ScannerClaims & { readonly expiresAt: number },
  settings: SettingsState,
): Ticket {
  const issued = settings.kind === 'missing' ? undefined : settings.tickets.get(claims.ticketId)
  if (issued === undefined) throw ticketInvalid()
  if (issued.revoked) {
    throw new DomainError(
      'unauthenticated',
      'ticket_revoked',
      'The host has revoked this scanner ticket. Ask for a new one.',
    )
  }
  return { ...claims, event: requireEvent(settings) }
}

export const ticketInvalid = () =>
  new DomainError(
    'unauthenticated',
    'ticket_invalid',
    'This scanner ticket is not valid. Ask the host for a new one.',
  )

/** Gates are named by people; actors take letters, digits and a few signs. */
export function doorActor(gate: string): `door:${string}` {
  return `door:${
    gate
      .normalize('NFKD')
      .replaceAll(/[^\w.-]+/g, '_')
      .slice(0, 40) || 'gate'
  }`
}
