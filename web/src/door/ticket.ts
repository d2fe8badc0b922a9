/** What a door ticket says of itself. Only for showing and naming: whether it is good is for the server to say. */
export interface TicketFace {
  ticketId: string
  eventId: string
  gate: string
  /** Milliseconds since the epoch; null when the ticket names no end. */
  expiresAt: number | null
}

export interface Ticket {
  readonly token: string
  readonly face: TicketFace
}

/** @returns the ticket with what is written on it, null when it is none */
export function readTicket(token: string): Ticket | null {
  const face = faceOf(token)
  return face === null ? null : { token, face }
}

/** @returns what is written on the ticket (a JWT), null when it is none */
export function faceOf(ticket: string): TicketFace | null {
  const [, payload = '', signature = ''] = ticket.split('.')
  if (payload === '' || signature === '') return null
  try {
    const claims: unknown = JSON.parse(textOf(payload))
    if (typeof claims !== 'object' || claims === null) return null
    // The server keeps what is its own under `gg`, apart from the registered claims.
    const { gg, exp } = claims as { gg?: Record<string, unknown>; exp?: unknown }
    const { ticketId, eventId, gate } = gg ?? {}
    if (typeof ticketId !== 'string' || typeof eventId !== 'string') return null
    return {
      ticketId,
      eventId,
      gate: typeof gate === 'string' ? gate : '',
      expiresAt: typeof exp === 'number' ? exp * 1_000 : null,
    }
  } catch {
    return null
  }
}

/** @returns the ticket in what the host's QR code says (`<address>/scan#<ticket>`), null when it is something else */
export function ticketIn(scanned: string): string | null {
  const [, ticket = ''] = /\/scan#([\w.-]+)$/.exec(scanned.trim()) ?? []
  return faceOf(ticket) === null ? null : ticket
}

/** base64url of UTF-8. */
function textOf(part: string): string {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
}
