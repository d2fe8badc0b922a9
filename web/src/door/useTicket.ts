import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { keptTicket, ticketInAddress } from './kept-ticket.ts'
import { readTicket, ticketIn, type Ticket } from './ticket.ts'
import { isOver, seemsOver } from './ticket-end.ts'
import { judge, type TicketOffer } from './ticket-offer.ts'

/** Why there is no ticket. */
export type NoTicket = 'missing' | 'invalid' | 'expired' | 'revoked' | 'refused' | 'locked'

export interface UseTicket {
  /** What was kept is still being read. */
  reading: Readonly<Ref<boolean>>
  ticket: Readonly<ShallowRef<Ticket | null>>
  why: Readonly<Ref<NoTicket>>
  /** When the ticket that is gone ended, milliseconds since the epoch. */
  endedAt: Readonly<Ref<number | null>>
  /** Another ticket that was scanned while one is at work, for as long as something is to be said of it. */
  offer: Readonly<ShallowRef<TicketOffer | null>>
  /** Takes the host's QR code. @returns whether it was one */
  take: (scanned: string) => boolean
  /** Changes to the offered ticket of another event. */
  change: () => void
  /** Forgets the offer. */
  stay: () => void
  /** The ticket is of no more use, or somebody locks the device. */
  drop: (why: NoTicket) => Promise<void>
}

/** How often the end of the ticket is looked at, in milliseconds. */
const LOOK_MS = 15_000

/**
 * The ticket of this device: from the address, or the one that was kept. One that is at work gives way only to one that the
 * server takes: guests hold codes before the camera too.
 */
export function useTicket(): UseTicket {
  const reading = ref(true)
  const ticket = shallowRef<Ticket | null>(null)
  const why = ref<NoTicket>('missing')
  const endedAt = ref<number | null>(null)
  const offer = shallowRef<TicketOffer | null>(null)

  function use(next: Ticket): void {
    offer.value = null
    ticket.value = next
    void keptTicket.keep(next.token)
  }

  function take(scanned: string): boolean {
    const next = readTicket(ticketIn(scanned) ?? '')
    if (next === null) return false
    void consider(next)
    return true
  }

  async function consider(next: Ticket): Promise<void> {
    if (ticket.value !== null) {
      if (ticket.value.token !== next.token && offer.value?.token !== next.token) void weigh(next)
    } else if (!seemsOver(next)) {
      use(next)
    } else if (await isOver(next)) {
      why.value = 'expired'
      endedAt.value = next.face.expiresAt
    } else {
      await consider(next)
    }
  }

  async function weigh(next: Ticket): Promise<void> {
    const asked: TicketOffer = { ...next, state: 'asking', event: '' }
    offer.value = asked
    const verdict = await judge(next)
    // Another one was scanned in the meantime, or people do not want to know.
    if (offer.value !== asked) return
    if (verdict.state !== 'good') {
      offer.value = { ...asked, ...verdict }
    } else if (ticket.value === null || ticket.value.face.eventId === next.face.eventId) {
      use(next)
    } else {
      offer.value = { ...asked, state: 'other_event', event: verdict.event }
    }
  }

  function change(): void {
    if (offer.value?.state === 'other_event') use({ token: offer.value.token, face: offer.value.face })
  }

  function stay(): void {
    offer.value = null
  }

  async function drop(reason: NoTicket): Promise<void> {
    endedAt.value = ticket.value?.face.expiresAt ?? null
    why.value = reason
    ticket.value = null
    if (reason === 'locked') stay()
    if (offer.value?.state === 'other_event') change()
    else await keptTicket.forget()
  }

  async function lookAtEnd(): Promise<void> {
    const current = ticket.value
    if (current !== null && (await isOver(current)) && ticket.value === current) await drop('expired')
  }

  async function read(): Promise<void> {
    const token = ticketInAddress()
    if (ticket.value === null) ticket.value = readTicket((await keptTicket.read()) ?? '')
    await lookAtEnd()
    const next = readTicket(token ?? '')
    if (next !== null) await consider(next)
    else if (token !== null) why.value = 'invalid'
    reading.value = false
  }

  // A link that is opened in the same tab changes only the fragment.
  const onHash = () => void read()
  const looking = setInterval(() => void lookAtEnd(), LOOK_MS)
  addEventListener('hashchange', onHash)
  onScopeDispose(() => {
    clearInterval(looking)
    removeEventListener('hashchange', onHash)
  })
  void read()
  return { reading, ticket, why, endedAt, offer, take, change, stay, drop }
}
