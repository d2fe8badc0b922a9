/** What a door ticket says of itself. Only for showing: whether it is good is for the server to say. */
export interface TicketFace {
  gate: string
  /** Milliseconds since the epoch; null when the ticket names no end. */
  expiresAt: number | null
}

/** @returns what is written on the ticket (a JWT), null when it is none */
export function faceOf(ticket: string): TicketFace | null {
  const payload = ticket.split('.')[1]
  if (payload === undefined || payload === '') return null
  try {
    const claims: unknown = JSON.parse(textOf(payload))
    if (typeof claims !== 'object' || claims === null) return null
    // The server keeps what is its own under `gg`, apart from the registered claims.
    const { gg, exp } = claims as { gg?: { gate?: unknown }; exp?: unknown }
    const gate = gg?.gate
    return {
      gate: typeof gate === 'string' ? gate : '',
      expiresAt: typeof exp === 'number' ? exp * 1_000 : null,
    }
  } catch {
    return null
  }
}

/** base64url of UTF-8. */
function textOf(part: string): string {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
}
