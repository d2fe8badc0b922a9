import { api, type Query } from '@shared/api/client.ts'
import type { AllowedNetworkView, FeedbackItem, ThresholdsView } from '@contracts/security.ts'
import type { ThresholdsPreview } from '@contracts/preview.ts'
import type { Thresholds } from './thresholds.ts'

export type Verdict = FeedbackItem['verdict']

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

export const fetchThresholds = (eventId: string, signal: AbortSignal): Promise<ThresholdsView> =>
  api.get(`${base(eventId)}/thresholds`, { signal })

export const saveThresholds = (eventId: string, to: Thresholds, key: string): Promise<ThresholdsView> =>
  api.put(`${base(eventId)}/thresholds`, to, { idempotencyKey: key })

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

/** Says what an opening was; the latest verdict counts. */
export const giveVerdict = (
  eventId: string,
  attemptId: string,
  said: { verdict: Verdict; note: string | null },
): Promise<void> => api.post(`/events/${eventId}/access-logs/${attemptId}/feedback`, said)
