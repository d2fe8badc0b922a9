import type { OpenAnswer, RsvpAnswer, SealedInvitation } from '@contracts/rsvp.ts'
import { api, ApiProblem, unreachable } from '@shared/api/client.ts'
import type { AnswerBody } from './answer-draft.ts'
import type { Failure } from './guest-page.ts'

const linkPath = (token: string): string => `/rsvp/${encodeURIComponent(token)}`

/** What the closed envelope shows; asking for it counts for nothing. */
export const readSealed = (token: string): Promise<SealedInvitation> => api.get(linkPath(token))

/** Opens the invitation. Only to be called for a gesture of the guest. */
export const openInvitation = (
  token: string,
  fingerprint: Record<string, string> | null,
): Promise<OpenAnswer> => api.post(`${linkPath(token)}/open`, fingerprint === null ? {} : { fingerprint })

/**
 * Sends an answer.
 * @param rsvpToken from the opening
 * @param key idempotency key, the same for every try of the same answer
 */
export const sendAnswer = (
  token: string,
  rsvpToken: string,
  body: AnswerBody,
  key: string,
): Promise<RsvpAnswer> => api.post(linkPath(token), body, { bearer: rsvpToken, idempotencyKey: key })

/** Puts anything a call throws into the terms of the page. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof ApiProblem)) return { status: 500, code: 'page_defect', detail: '', field: '' }
  const { problem, code, status } = thrown
  const wrong = problem.errors?.[0]
  const failure = {
    status: code === unreachable ? null : status,
    code,
    detail: wrong?.message ?? problem.detail,
    field: wrong?.path ?? '',
  }
  return problem.recovery === undefined ? failure : { ...failure, recovery: problem.recovery.message }
}
