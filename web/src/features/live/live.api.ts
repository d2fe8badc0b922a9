import { api, apiUrl } from '@shared/api/client.ts'
import type { ActivityItem } from '@contracts/activity.ts'
import type { SocketEvents } from './live-connection.ts'

export interface ActivityPage {
  items: ActivityItem[]
  nextCursor: string | null
  head: string
  /** Asked for what is `awaiting`: how many there are in all. */
  waiting?: number
}

export const fetchActivity = (
  eventId: string,
  query: { cursor?: string | null; limit?: number; guest?: string; awaiting?: 'verdict' } = {},
  signal?: AbortSignal,
): Promise<ActivityPage> =>
  api.get(`/events/${eventId}/activity`, { query: { limit: 50, ...query }, ...(signal ? { signal } : {}) })

/** Opens the live feed behind a position; gives how to close it, after which nothing more is heard. */
export function openLive(eventId: string, after: string, events: SocketEvents): () => void {
  const url = new URL(apiUrl(`/events/${eventId}/live`, { after }), window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url)
  const heard = new AbortController()
  const { signal } = heard
  socket.addEventListener(
    'message',
    ({ data }) => {
      events.message(data)
    },
    { signal },
  )
  socket.addEventListener('close', events.closed, { signal })
  return () => {
    heard.abort()
    socket.close()
  }
}
