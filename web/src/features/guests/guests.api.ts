import { api, type Query } from '@shared/api/client.ts'
import type { z } from 'zod'
import type {
  GuestStatus,
  GuestView,
  GuestWithAnswer,
  ImportReport,
  sendInvitationsAnswer,
} from '@contracts/guests.ts'

export interface GuestDetails {
  name: string
  email: string | null
  phone: string | null
  plusOnesAllowed: number
  utmSource: string | null
  externalRef: string | null
}

export type Channel = 'email' | 'sms'

export interface GuestList {
  items: GuestView[]
  nextCursor: string | null
  counts: { all: number } & Record<GuestStatus, number>
}

export type SendResult = z.infer<typeof sendInvitationsAnswer>

const base = (eventId: string): string => `/events/${eventId}/guests`

export const fetchGuests = (eventId: string, query: Query, signal: AbortSignal): Promise<GuestList> =>
  api.get(base(eventId), { query, signal })

export const fetchGuest = (eventId: string, guestId: string, signal: AbortSignal): Promise<GuestWithAnswer> =>
  api.get(`${base(eventId)}/${guestId}`, { signal })

export const addGuest = async (eventId: string, details: GuestDetails, key: string): Promise<GuestView> =>
  (await api.post<{ guest: GuestView }>(base(eventId), details, { idempotencyKey: key })).guest

export const changeGuest = (
  eventId: string,
  guestId: string,
  details: Partial<GuestDetails>,
): Promise<GuestView> => api.patch(`${base(eventId)}/${guestId}`, details)

export const removeGuest = (eventId: string, guestId: string): Promise<void> =>
  api.delete(`${base(eventId)}/${guestId}`)

/** The link stops working; a new one can be issued. */
export const revokeLink = (eventId: string, guestId: string, key: string): Promise<void> =>
  api.post(`${base(eventId)}/${guestId}/link/revoke`, undefined, { idempotencyKey: key })

export const forgetGuest = (eventId: string, guestId: string, key: string): Promise<void> =>
  api.post(`${base(eventId)}/${guestId}/forget`, undefined, { idempotencyKey: key })

export const fetchLink = async (eventId: string, guestId: string): Promise<string> =>
  (await api.get<{ link: string }>(`${base(eventId)}/${guestId}/link`)).link

/** The link in use until now stops working. */
export const reissueLink = async (eventId: string, guestId: string, key: string): Promise<string> =>
  (await api.post<{ link: string }>(`${base(eventId)}/${guestId}/link`, undefined, { idempotencyKey: key }))
    .link

/** Lets a guest in who waits, before their turn. */
export const giveSeat = (eventId: string, guestId: string, key: string): Promise<GuestWithAnswer> =>
  api.post(`${base(eventId)}/${guestId}/seat`, undefined, { idempotencyKey: key })

export const importGuests = (
  eventId: string,
  file: Blob,
  dryRun: boolean,
  key: string,
): Promise<ImportReport> =>
  api.post(`${base(eventId)}/import`, file, {
    query: { dryRun },
    contentType: 'text/csv',
    ...(dryRun ? {} : { idempotencyKey: key }),
  })

/** What `sendInvitations` would do, and whom it would leave out. */
export const tryInvitations = (
  eventId: string,
  body: { channel: Channel; guestIds?: string[] },
): Promise<SendResult> => api.post(`/events/${eventId}/invitations/send`, { ...body, dryRun: true })

export const sendInvitations = (
  eventId: string,
  body: { channel: Channel; guestIds?: string[] },
  key: string,
): Promise<SendResult> => api.post(`/events/${eventId}/invitations/send`, body, { idempotencyKey: key })
