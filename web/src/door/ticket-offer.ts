import { eventOf, troubleOf } from './api.ts'
import { isOver } from './ticket-end.ts'
import type { Ticket } from './ticket.ts'

/** What the server says of a ticket that is to take the place of the one at work. */
export type Verdict =
  | { readonly state: 'good'; readonly event: string }
  | { readonly state: 'expired' | 'refused' | 'unreachable' }

/** A ticket that was scanned while another one is at work, and how far it has come. */
export interface TicketOffer extends Ticket {
  readonly state: 'asking' | 'other_event' | Exclude<Verdict['state'], 'good'>
  /** Name of its event, once the server has said it. */
  readonly event: string
}

/** Asks the server whether a ticket is good: what is written on it anybody can write. */
export async function judge(ticket: Ticket): Promise<Verdict> {
  if (await isOver(ticket)) return { state: 'expired' }
  try {
    const { name } = await eventOf(ticket.token)
    return { state: 'good', event: name }
  } catch (thrown) {
    const { kind } = troubleOf(thrown)
    return { state: kind === 'ticket' || kind === 'refused' ? 'refused' : 'unreachable' }
  }
}
