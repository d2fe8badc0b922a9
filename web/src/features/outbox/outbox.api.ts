import { api, apiUrl } from '@shared/api/client.ts'

export interface OutboxMessage {
  id: string
  to: string
  subject: string | null
  at: string
  channel: 'email' | 'sms'
  text: string
}

export const fetchOutbox = (signal?: AbortSignal): Promise<{ items: OutboxMessage[] }> =>
  api.get('/dev/outbox', signal ? { signal } : {})

export const htmlUrl = (id: string): string => apiUrl(`/dev/outbox/${encodeURIComponent(id)}/html`)
