import { api } from '@shared/api/client.ts'
import type { z } from 'zod'
import type {
  arrivals,
  doorConflict,
  doorSettings,
  missingPage,
  scannerTicket,
  scannerTicketBody,
  scannerTicketList,
} from '@contracts/door.ts'

export type ScannerTicket = z.infer<typeof scannerTicket>
export type ListedTicket = z.infer<typeof scannerTicketList>['items'][number]
export type Arrivals = z.infer<typeof arrivals>
export type DoorConflict = z.infer<typeof doorConflict>
type MissingPage = z.infer<typeof missingPage>

/** A ticket lets its holder check guests of this event in, at one gate, and do nothing else. */
export const makeTicket = (
  eventId: string,
  body: z.input<typeof scannerTicketBody>,
  idempotencyKey?: string,
): Promise<ScannerTicket> =>
  api.post(`/events/${eventId}/scanner-ticket`, body, idempotencyKey === undefined ? {} : { idempotencyKey })

export async function fetchTickets(eventId: string, signal: AbortSignal): Promise<ListedTicket[]> {
  const { items } = await api.get<z.infer<typeof scannerTicketList>>(`/events/${eventId}/scanner-tickets`, {
    signal,
  })
  return items
}

/** Shows a ticket once more that was made before. */
export const fetchTicket = (eventId: string, ticketId: string): Promise<ScannerTicket> =>
  api.get(`/events/${eventId}/scanner-tickets/${ticketId}`)

export const revokeTicket = (eventId: string, ticketId: string): Promise<void> =>
  api.delete(`/events/${eventId}/scanner-tickets/${ticketId}`)

export const fetchArrivals = (eventId: string, signal: AbortSignal): Promise<Arrivals> =>
  api.get(`/events/${eventId}/arrivals`, { signal })

/** All who are still missing, a page at a time. */
export const fetchMissing = (eventId: string, cursor: string | null): Promise<MissingPage> =>
  api.get(`/events/${eventId}/arrivals/missing`, { query: cursor === null ? {} : { cursor } })

/** Takes an arrival back, also long after it. */
export const undoArrival = (eventId: string, checkInId: string): Promise<void> =>
  api.post(`/events/${eventId}/check-ins/${checkInId}/undo`)

/** Leaves the conflict that an arrival made as it is. */
export const settleConflict = (eventId: string, checkInId: string): Promise<void> =>
  api.post(`/events/${eventId}/conflicts/${checkInId}/settle`)

/** Takes that back. */
export const reopenConflict = (eventId: string, checkInId: string): Promise<void> =>
  api.post(`/events/${eventId}/conflicts/${checkInId}/reopen`)

export const fetchDoor = (eventId: string, signal: AbortSignal): Promise<z.infer<typeof doorSettings>> =>
  api.get(`/events/${eventId}/door`, { signal })

export const saveDoor = (
  eventId: string,
  settings: z.infer<typeof doorSettings>,
): Promise<z.infer<typeof doorSettings>> => api.put(`/events/${eventId}/door`, settings)
