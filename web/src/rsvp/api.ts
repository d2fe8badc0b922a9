import type { CodeSent, OpenAnswer, RsvpAnswer, SealedInvitation } from '@contracts/rsvp.ts'
import { api, ApiProblem, unreachable } from '@shared/api/client.ts'
import type { AnswerBody } from './answer-draft.ts'
import type { Failure } from './failure.ts'

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

/**
 * Has a code sent to the address that the host has.
 * @param challengeToken from the refusal
 */
export const sendCode = (token: string, challengeToken: string, key: string): Promise<CodeSent> =>
  api.post(`${linkPath(token)}/code`, undefined, { bearer: challengeToken, idempotencyKey: key })

/** Opens the invitation with the code that was sent. */
export const enterCode = (
  token: string,
  challengeToken: string,
  code: string,
  key: string,
): Promise<OpenAnswer> =>
  api.post(`${linkPath(token)}/code/verify`, { code }, { bearer: challengeToken, idempotencyKey: key })

/** Puts anything a call throws into the terms of the page. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof ApiProblem)) return { status: 500, code: 'page_defect', detail: '', field: '' }
  const { problem, code, status } = thrown
  const wrong = problem.errors?.[0]
  const { recovery, triesLeft, retryAfter } = problem
  return {
    status: code === unreachable ? null : status,
    code,
    detail: wrong?.message ?? problem.detail,
    field: wrong?.path ?? '',
    ...(recovery === undefined ? {} : { recovery }),
    ...(triesLeft === undefined ? {} : { triesLeft }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}

/** Whether no answer arrived at all. */
export const isLost = (thrown: unknown): boolean => failureOf(thrown).status === null

/** A refusal is certain; after a lost answer or a fault of the server the same key must go out again. */
export const isCertain = ({ status }: Failure): boolean => status !== null && status < 500 && status !== 401
