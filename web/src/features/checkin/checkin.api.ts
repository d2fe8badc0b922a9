import { api } from '@shared/api/client.ts'
import type { z } from 'zod'
import type { arrivals, scannerTicket } from '@contracts/door.ts'

export type ScannerTicket = z.infer<typeof scannerTicket>
export type Arrivals = z.infer<typeof arrivals>

/** A ticket lets its holder check guests of this event in, at one gate, and do nothing else: the one that the gate has, if any. */
export const fetchTicket = (eventId: string, gate: string): Promise<ScannerTicket> =>
  api.post(`/events/${eventId}/scanner-ticket`, { gate, reuse: true })

export const fetchArrivals = (eventId: string, signal: AbortSignal): Promise<Arrivals> =>
  api.get(`/events/${eventId}/arrivals`, { signal })
