import { eventOf } from './api.ts'
import { PATIENCE_MS } from './offline/connection.ts'
import { serverClock } from './server-clock.ts'
import type { Ticket } from './ticket.ts'

/** Whether a ticket has run out by all that is known of the time. */
export const seemsOver = ({ face: { expiresAt } }: Ticket): boolean =>
  expiresAt !== null && expiresAt <= serverClock.now()

/** The same, after the server was asked: its answer brings its time. Without an answer counts what is known. */
export async function isOver(ticket: Ticket): Promise<boolean> {
  if (!seemsOver(ticket)) return false
  await eventOf(ticket.token, PATIENCE_MS).catch(() => undefined)
  return seemsOver(ticket)
}
