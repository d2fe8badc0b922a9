import { onMounted, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { keptTicket, ticketInAddress } from './kept-ticket.ts'
import { faceOf, ticketIn, type TicketFace } from './ticket.ts'

/** Why there is no ticket. */
export type NoTicket = 'missing' | 'invalid' | 'expired' | 'revoked' | 'refused' | 'locked'

export interface Ticket {
  readonly token: string
  readonly face: TicketFace
}

export interface UseTicket {
  /** What was kept is still being read. */
  reading: Readonly<Ref<boolean>>
  ticket: Readonly<ShallowRef<Ticket | null>>
  why: Readonly<Ref<NoTicket>>
  /** When the ticket that is gone ended, milliseconds since the epoch. */
  endedAt: Readonly<Ref<number | null>>
  /** Takes the host's QR code. @returns whether it was one */
  take: (scanned: string) => boolean
  /** The ticket is of no more use, or somebody locks the device. */
  drop: (why: NoTicket) => Promise<void>
}

/** How often the end of the ticket is looked at, in milliseconds. */
const LOOK_MS = 15_000

/** The ticket of this device: from the address, or the one that was kept. */
export function useTicket(): UseTicket {
  const reading = ref(true)
  const ticket = shallowRef<Ticket | null>(null)
  const why = ref<NoTicket>('missing')
  const endedAt = ref<number | null>(null)

  function present(token: string): boolean {
    const face = faceOf(token)
    if (face === null) return false
    if (ticket.value?.token !== token) ticket.value = { token, face }
    lookAtEnd()
    return true
  }

  function take(scanned: string): boolean {
    const token = ticketIn(scanned)
    if (token === null || !present(token)) return false
    void keptTicket.keep(token)
    return true
  }

  async function drop(reason: NoTicket): Promise<void> {
    endedAt.value = ticket.value?.face.expiresAt ?? null
    why.value = reason
    ticket.value = null
    await keptTicket.forget()
  }

  function lookAtEnd(): void {
    const end = ticket.value?.face.expiresAt ?? null
    if (end !== null && end <= Date.now()) void drop('expired')
  }

  async function read(): Promise<void> {
    const token = ticketInAddress()
    if (token !== null && present(token)) {
      if (ticket.value !== null) await keptTicket.keep(token)
    } else if (token !== null) {
      why.value = 'invalid'
    } else if (ticket.value === null) {
      present((await keptTicket.read()) ?? '')
    }
    reading.value = false
  }

  // A link that is opened in the same tab changes only the fragment.
  const onHash = () => void read()
  const looking = setInterval(lookAtEnd, LOOK_MS)
  addEventListener('hashchange', onHash)
  onMounted(read)
  onScopeDispose(() => {
    clearInterval(looking)
    removeEventListener('hashchange', onHash)
  })
  return { reading, ticket, why, endedAt, take, drop }
}
