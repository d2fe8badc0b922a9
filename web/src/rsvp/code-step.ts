import type { Recovery } from '@contracts/common.ts'
import type { CodeSent } from '@contracts/rsvp.ts'
import type { Failure } from './failure.ts'

/** Digits of a code. */
export const CODE_LENGTH = 6

/** What the page says of a code that was not sent or not taken. */
export type CodeTrouble =
  | { kind: 'offline' }
  | { kind: 'wait' }
  | { kind: 'server' }
  /** `left`: tries with this code; null when the server does not say. */
  | { kind: 'wrong_code'; left: number | null }
  | { kind: 'code_over' }
  /** In the words of the server. */
  | { kind: 'told'; detail: string }

/** The way of a stopped guest to the invitation: a code that is sent to the address the host has. */
export interface CodeStep {
  /** What a code is asked for and entered with. */
  challengeToken: string
  /** The opening was turned away; otherwise it is only asked for one more step. */
  blocked: boolean
  /** Where the latest code went; null while there is none to enter. */
  sent: CodeSent | null
  busy: 'sending' | 'checking' | null
  trouble: CodeTrouble | null
}

export type CodeEvent =
  { type: 'code_asked' } | { type: 'code_sent'; sent: CodeSent } | { type: 'code_entered' }

/** @returns the first step, null where a code is no way on */
export function codeStep(recovery: Recovery | undefined, blocked: boolean): CodeStep | null {
  if (recovery?.kind !== 'code') return null
  return { challengeToken: recovery.challengeToken, blocked, sent: null, busy: null, trouble: null }
}

/** One thing at a time: what comes while another is under way, or late, changes nothing. */
export function nextCodeStep(step: CodeStep, event: CodeEvent): CodeStep {
  switch (event.type) {
    case 'code_asked':
      return step.busy === null ? { ...step, busy: 'sending', trouble: null } : step
    case 'code_sent':
      return step.busy === 'sending' ? { ...step, busy: null, sent: event.sent } : step
    case 'code_entered':
      return step.busy === null && step.sent !== null ? { ...step, busy: 'checking', trouble: null } : step
  }
}

export function codeFailed(step: CodeStep, failure: Failure): CodeStep {
  const trouble = codeTroubleOf(failure)
  return { ...step, busy: null, sent: trouble.kind === 'code_over' ? null : step.sent, trouble }
}

function codeTroubleOf({ status, code, detail, triesLeft }: Failure): CodeTrouble {
  if (status === null) return { kind: 'offline' }
  if (status >= 500) return { kind: 'server' }
  if (code === 'wrong_code')
    return triesLeft === 0 ? { kind: 'code_over' } : { kind: 'wrong_code', left: triesLeft ?? null }
  if (code === 'code_expired') return { kind: 'code_over' }
  if (code === 'code_sent' || code === 'rate_limited') return { kind: 'told', detail }
  return status === 429 || status === 409 ? { kind: 'wait' } : { kind: 'told', detail }
}

/**
 * The digits of what was typed or pasted: also of "Your code: 123 456", of full-width digits and of those of Arabic and
 * Persian keyboards.
 */
export function digitsOf(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replaceAll(/[^0-9]/g, '')
    .slice(0, CODE_LENGTH)
}
