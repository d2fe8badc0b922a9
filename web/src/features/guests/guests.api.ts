import { api, type Query } from '@shared/api/client.ts'
import type { GuestStatus, GuestView, ImportReport } from '@contracts/guests.ts'

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

export interface SendResult {
  queued: number
  skipped: { guestId: string; reason: string }[]
}

const base = (eventId: string): string => `/events/${eventId}/guests`

export const fetchGuests = (eventId: string, query: Query, signal: AbortSignal): Promise<GuestList> =>
  api.get(base(eventId), { query, signal })

/** A guest comes alone or beside its link, depending on the call. */
const guestOf = (answer: GuestView | { guest: GuestView }): GuestView => ('guest' in answer ? answer.guest : answer)

export const fetchGuest = async (eventId: string, guestId: string, signal?: AbortSignal): Promise<GuestView> =>
  guestOf(await api.get(`${base(eventId)}/${guestId}`, signal ? { signal } : {}))

export const addGuest = async (eventId: string, details: GuestDetails, key: string): Promise<GuestView> =>
  guestOf(await api.post(base(eventId), details, { idempotencyKey: key }))

export const changeGuest = async (
  eventId: string,
  guestId: string,
  details: Partial<GuestDetails>,
): Promise<GuestView> => guestOf(await api.patch(`${base(eventId)}/${guestId}`, details))

export const removeGuest = (eventId: string, guestId: string): Promise<void> =>
  api.delete(`${base(eventId)}/${guestId}`)

export const forgetGuest = (eventId: string, guestId: string, key: string): Promise<void> =>
  api.post(`${base(eventId)}/${guestId}/forget`, undefined, { idempotencyKey: key })

export const fetchLink = async (eventId: string, guestId: string): Promise<string> =>
  (await api.get<{ link: string }>(`${base(eventId)}/${guestId}/link`)).link

/** The link in use until now stops working. */
export const reissueLink = async (eventId: string, guestId: string, key: string): Promise<string> =>
  (await api.post<{ link: string }>(`${base(eventId)}/${guestId}/link`, undefined, { idempotencyKey: key })).link

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

export const sendInvitations = (
  eventId: string,
  body: { channel: Channel; guestIds?: string[] },
  key: string,
): Promise<SendResult> => api.post(`/events/${eventId}/invitations/send`, body, { idempotencyKey: key })
