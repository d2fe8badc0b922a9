import { useLoad } from '@shared/useLoad.ts'
import { useSubmit, type Submit } from '@shared/useSubmit.ts'
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { instantAt } from '../events/zoned-time.ts'
import {
  fetchTicket,
  fetchTickets,
  makeTicket,
  revokeTicket,
  type ListedTicket,
  type ScannerTicket,
} from './checkin.api.ts'

export interface UseTickets {
  tickets: ShallowRef<ListedTicket[] | null>
  failure: Ref<string>
  load: () => Promise<void>
  /** The ticket whose code is on the screen. */
  shown: ShallowRef<ScannerTicket | null>
  gate: Ref<string>
  /** On the clocks of the event; empty for the usual end. */
  until: Ref<string>
  making: Submit<null, ScannerTicket>
  /** Makes a ticket for the gate, or shows the one that it has. */
  make: () => Promise<void>
  show: (ticketId: string) => Promise<void>
  revoke: (ticketId: string) => Promise<void>
}

/** A phone that opens the scanner is nothing that happens at the event; it is looked for this often, in milliseconds. */
const LOOK_MS = 10_000

/** The links for the phones at the gates of an event. */
export function useTickets(eventId: () => string, timezone: () => string, usualGate: string): UseTickets {
  const { data: tickets, failure, load } = useLoad((signal) => fetchTickets(eventId(), signal))
  const shown = shallowRef<ScannerTicket | null>(null)
  const gate = ref(usualGate)
  const until = ref('')

  const making = useSubmit((_: null, key) => {
    const expiresAt = until.value === '' ? null : instantAt(until.value, timezone())
    const name = gate.value.trim() || usualGate
    const body = expiresAt === null ? { gate: name, reuse: true } : { gate: name, expiresAt }
    return makeTicket(eventId(), body, key)
  })

  watch(
    eventId,
    () => {
      shown.value = null
      void load()
    },
    { immediate: true },
  )

  const looking = setInterval(() => {
    if (!document.hidden) void load()
  }, LOOK_MS)
  onScopeDispose(() => {
    clearInterval(looking)
  })

  async function make(): Promise<void> {
    const ticket = await making.submit(null)
    if (ticket === undefined) return
    shown.value = ticket
    await load()
  }

  async function show(ticketId: string): Promise<void> {
    shown.value = await fetchTicket(eventId(), ticketId)
  }

  async function revoke(ticketId: string): Promise<void> {
    await revokeTicket(eventId(), ticketId)
    if (shown.value?.ticketId === ticketId) shown.value = null
    await load()
  }

  return { tickets, failure, load, shown, gate, until, making, make, show, revoke }
}
