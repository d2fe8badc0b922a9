import { api, call, type Answer } from '@shared/api/client.ts'
import type { EventView } from '@contracts/events.ts'
import type { StatusCounts } from './funnel.ts'

export interface EventDetails {
  name: string
  eventDate: string
  timezone: string
  venue: string | null
  maxCapacity: number | null
  slug?: string
}

/** Opening again is publishing once more. */
export type Transition = 'publish' | 'close' | 'archive'

export interface EventPage {
  items: EventView[]
  nextCursor: string | null
}

/** The most the API gives at once: the page puts in order what it has, so it had better have all of it. */
const LARGEST_PAGE = 200

export const fetchEvents = (cursor: string | null, signal?: AbortSignal): Promise<EventPage> =>
  api.get('/events', { query: { limit: LARGEST_PAGE, cursor }, ...(signal ? { signal } : {}) })

export const fetchEvent = (id: string, signal: AbortSignal): Promise<Answer<EventView>> =>
  call('GET', `/events/${id}`, undefined, { signal })

export const createEvent = (details: EventDetails, key: string): Promise<EventView> =>
  api.post('/events', details, { idempotencyKey: key })

export const changeEvent = (
  id: string,
  details: Partial<EventDetails>,
  ifMatch: string | null,
): Promise<EventView> => api.patch(`/events/${id}`, details, ifMatch ? { ifMatch } : {})

export const moveEvent = (id: string, transition: Transition, key: string): Promise<EventView> =>
  api.post(`/events/${id}/${transition}`, undefined, { idempotencyKey: key })

/** How many guests stand at each step. */
export async function fetchStatusCounts(id: string, signal: AbortSignal): Promise<StatusCounts> {
  const list = await api.get<{ counts: StatusCounts }>(`/events/${id}/guests`, {
    query: { limit: 1 },
    signal,
  })
  return list.counts
}
