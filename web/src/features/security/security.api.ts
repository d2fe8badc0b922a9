import { api, call, type Answer, type Query } from '@shared/api/client.ts'
import type { ActivityItem } from '@contracts/activity.ts'
import type { AllowedNetworkView, FeedbackItem, ThresholdsView } from '@contracts/security.ts'
import type { ThresholdsPreview } from '@contracts/preview.ts'
import { fetchActivity } from '../live/live.api.ts'
import type { Thresholds } from './thresholds.ts'

/** What a host can say of an opening. */
export type Verdict = NonNullable<FeedbackItem['verdict']>

export interface StepUp {
  /** An opening in the high band needs a code. */
  high: boolean
  /** A blocked guest may enter a code. */
  blocked: boolean
}

export interface FeedbackPage {
  items: FeedbackItem[]
  nextCursor: string | null
}

const base = (eventId: string): string => `/events/${eventId}/security`

/** The boundaries with the ETag of this version of them. */
export type StoredThresholds = ThresholdsView & { readonly etag: string | null }

const stored = async (answer: Promise<Answer<ThresholdsView>>): Promise<StoredThresholds> => {
  const { data, etag } = await answer
  return { ...data, etag }
}

export const fetchThresholds = (eventId: string, signal: AbortSignal): Promise<StoredThresholds> =>
  stored(call('GET', `${base(eventId)}/thresholds`, undefined, { signal }))

/** @param seen the ETag of those that are replaced; others that were saved since are not overwritten unseen */
export const saveThresholds = (
  eventId: string,
  to: Thresholds,
  seen: string | null,
  idempotencyKey: string,
): Promise<StoredThresholds> =>
  stored(
    call('PUT', `${base(eventId)}/thresholds`, to, { idempotencyKey, ...(seen ? { ifMatch: seen } : {}) }),
  )

export const fetchPreview = (
  eventId: string,
  { medium, high, block }: Thresholds,
  signal: AbortSignal,
): Promise<ThresholdsPreview> =>
  api.get(`${base(eventId)}/thresholds/preview`, { query: { medium, high, block }, signal })

export type MovedGuests = ThresholdsPreview['guests']

/** The next guests of a preview of the same boundaries. */
export const fetchMovedGuests = async (
  eventId: string,
  { medium, high, block }: Thresholds,
  cursor: string,
): Promise<MovedGuests> =>
  (
    await api.get<ThresholdsPreview>(`${base(eventId)}/thresholds/preview`, {
      query: { medium, high, block, cursor },
    })
  ).guests

export const fetchNetworks = async (eventId: string, signal: AbortSignal): Promise<AllowedNetworkView[]> =>
  (await api.get<{ items: AllowedNetworkView[] }>(`${base(eventId)}/allowlist`, { signal })).items

export const allowNetwork = (
  eventId: string,
  network: { cidr: string; note: string | null },
  key: string,
): Promise<AllowedNetworkView> => api.post(`${base(eventId)}/allowlist`, network, { idempotencyKey: key })

export const disallowNetwork = (eventId: string, cidr: string): Promise<void> =>
  api.delete(`${base(eventId)}/allowlist`, { query: { cidr } })

export const fetchStepUp = (eventId: string, signal: AbortSignal): Promise<StepUp> =>
  api.get(`${base(eventId)}/step-up`, { signal })

export const saveStepUp = (eventId: string, stepUp: StepUp): Promise<StepUp> =>
  api.put(`${base(eventId)}/step-up`, stepUp)

export const fetchFeedback = (eventId: string, query: Query, signal?: AbortSignal): Promise<FeedbackPage> =>
  api.get(`${base(eventId)}/feedback`, { query, ...(signal ? { signal } : {}) })

/** The largest page the API gives. */
const largestPage = 200

export interface WaitingOpenings {
  /** The newest first. */
  items: readonly ActivityItem[]
  /** How many wait in all. */
  total: number
  /** There are older ones. */
  more: boolean
  /** Position of the log up to which this is true at least. */
  head: string
}

/** The newest openings that wait for a verdict: as many as are wanted, where there are so many. */
export async function fetchWaiting(
  eventId: string,
  wanted: number,
  signal: AbortSignal,
): Promise<WaitingOpenings> {
  const read = (limit: number, cursor: string | null) =>
    fetchActivity(eventId, { awaiting: 'verdict', limit: Math.min(limit, largestPage), cursor }, signal)
  const { head, waiting = 0, ...first } = await read(wanted, null)
  const items = [...first.items]
  let cursor = first.nextCursor
  while (cursor !== null && items.length < wanted) {
    const page = await read(wanted - items.length, cursor)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return { items, total: waiting, more: cursor !== null, head }
}

/** Says what an opening was; the latest verdict counts. */
export const giveVerdict = (
  eventId: string,
  attemptId: string,
  said: { verdict: Verdict; note: string | null },
): Promise<void> => api.post(`/events/${eventId}/access-logs/${attemptId}/feedback`, said)

/** Takes back what was said; it stays in the history. */
export const withdrawVerdict = (eventId: string, attemptId: string): Promise<void> =>
  api.delete(`/events/${eventId}/access-logs/${attemptId}/feedback`)
