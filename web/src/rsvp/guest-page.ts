import type { Invitation, OpenAnswer, RsvpAnswer, SealedInvitation } from '@contracts/rsvp.ts'
import { codeFailed, codeStep, nextCodeStep, type CodeEvent, type CodeStep } from './code-step.ts'
import type { Failure } from './failure.ts'

export type SealedEvent = SealedInvitation['event']

/** What the page says beside its content when a call did not succeed; nothing the guest typed is lost. */
export type Trouble =
  | { kind: 'offline' }
  | { kind: 'wait' }
  /** Too often for now: worth a try in so many minutes. */
  | { kind: 'come_back'; minutes: number }
  | { kind: 'server' }
  | { kind: 'expired' }
  | { kind: 'lapsed' }
  | { kind: 'closed' }
  | { kind: 'refused'; field: string; detail: string }

export type GuestPage =
  | { kind: 'loading' }
  | { kind: 'unreachable'; trouble: Trouble }
  | { kind: 'unknown_link' }
  | { kind: 'sealed'; event: SealedEvent; opening: boolean; trouble: Trouble | null }
  | { kind: 'unfolding'; event: SealedEvent; opened: OpenAnswer }
  | { kind: 'step_up'; event: SealedEvent; step: CodeStep }
  | { kind: 'blocked'; event: SealedEvent; message: string }
  /** Taken for a program that opens links before their readers do. */
  | { kind: 'own_device'; event: SealedEvent; message: string }
  | {
      kind: 'open'
      sealed: SealedEvent
      invitation: Invitation
      rsvpToken: string
      /** The form, or what the guest answered. */
      view: 'form' | 'answered'
      sending: boolean
      trouble: Trouble | null
    }

export type GuestPageEvent =
  | { type: 'reload' }
  | { type: 'loaded'; event: SealedEvent }
  | { type: 'tapped' }
  | { type: 'opened'; answer: OpenAnswer }
  | { type: 'unfolded' }
  | { type: 'sealed_again' }
  | { type: 'sent' }
  | { type: 'answered'; answer: RsvpAnswer }
  | { type: 'change_answer' }
  | { type: 'keep_answer' }
  | { type: 'failed'; failure: Failure }
  | CodeEvent

/**
 * The guest page as a state machine: what may follow what. An event that does not fit the state leaves it as it is,
 * so that a late answer or a double tap changes nothing.
 */
export function next(page: GuestPage, event: GuestPageEvent): GuestPage {
  switch (event.type) {
    case 'reload':
      return page.kind === 'unreachable' ? { kind: 'loading' } : page
    case 'loaded':
      return page.kind === 'loading' ? sealed(event.event, null) : page
    case 'tapped':
      return page.kind === 'sealed' ? { ...page, opening: true, trouble: null } : page
    case 'opened':
      return isOpening(page) ? { kind: 'unfolding', event: page.event, opened: event.answer } : page
    case 'unfolded':
      return page.kind === 'unfolding' ? unfolded(page.event, page.opened) : page
    case 'sealed_again':
      return page.kind === 'own_device' ? sealed(page.event, null) : page
    case 'sent':
      return page.kind === 'open' ? { ...page, sending: true, trouble: null } : page
    case 'answered':
      return page.kind === 'open' ? answered(page, event.answer) : page
    case 'change_answer':
      return page.kind === 'open' ? { ...page, view: 'form', trouble: null } : page
    case 'keep_answer':
      return page.kind === 'open' && page.invitation.rsvp !== null && !page.sending
        ? { ...page, view: 'answered', trouble: null }
        : page
    case 'failed':
      return failed(page, event.failure)
    case 'code_asked':
    case 'code_sent':
    case 'code_entered':
      return page.kind === 'step_up' ? { ...page, step: nextCodeStep(page.step, event) } : page
  }
}

const sealed = (event: SealedEvent, trouble: Trouble | null): GuestPage => ({
  kind: 'sealed',
  event,
  opening: false,
  trouble,
})

/** Whether the page waits to be told that the invitation is open. */
function isOpening(page: GuestPage): page is GuestPage & { kind: 'sealed' | 'step_up' } {
  if (page.kind === 'sealed') return page.opening
  return page.kind === 'step_up' && page.step.busy === 'checking'
}

function unfolded(event: SealedEvent, { invitation, rsvpToken }: OpenAnswer): GuestPage {
  const view = invitation.rsvp === null ? 'form' : 'answered'
  return { kind: 'open', sealed: event, invitation, rsvpToken, view, sending: false, trouble: null }
}

function answered(page: GuestPage & { kind: 'open' }, { rsvp, status, pass }: RsvpAnswer): GuestPage {
  const invitation = { ...page.invitation, rsvp, status, pass: pass ?? null }
  return { ...page, invitation, view: 'answered', sending: false, trouble: null }
}

function failed(page: GuestPage, failure: Failure): GuestPage {
  if (failure.status === 404) return { kind: 'unknown_link' }
  const trouble = troubleOf(failure)
  switch (page.kind) {
    case 'loading':
      return { kind: 'unreachable', trouble }
    case 'sealed':
      return isStop(failure) ? stopped(page.event, failure) : { ...page, opening: false, trouble }
    case 'step_up':
      return stepFailed(page, failure)
    case 'open':
      return refusedAnswer(page, failure, trouble)
    case 'unreachable':
    case 'unknown_link':
    case 'unfolding':
    case 'blocked':
    case 'own_device':
      return page
  }
}

function refusedAnswer(page: GuestPage & { kind: 'open' }, failure: Failure, trouble: Trouble): GuestPage {
  if (isStop(failure)) return stopped(page.sealed, failure)
  // The short-lived token of the opening ran out: only a new opening gives another.
  if (trouble.kind === 'expired') return sealed(page.sealed, trouble)
  if (trouble.kind !== 'closed') return { ...page, sending: false, trouble }
  const invitation = { ...page.invitation, event: { ...page.invitation.event, open: false } }
  const view = invitation.rsvp === null ? 'form' : 'answered'
  return { ...page, invitation, view, sending: false, trouble }
}

const isStop = ({ status, code }: Failure): boolean =>
  status === 403 && (code === 'access_blocked' || code === 'code_required')

function stopped(event: SealedEvent, { code, recovery }: Failure): GuestPage {
  if (recovery?.kind === 'own_device') return { kind: 'own_device', event, message: recovery.message }
  const step = codeStep(recovery, code === 'access_blocked')
  return step === null
    ? { kind: 'blocked', event, message: recovery?.message ?? '' }
    : { kind: 'step_up', event, step }
}

function stepFailed(page: GuestPage & { kind: 'step_up' }, failure: Failure): GuestPage {
  const { event, step } = page
  // The short-lived token of the refusal ran out: only a new opening gives another.
  if (failure.status === 401) return sealed(event, { kind: 'lapsed' })
  // The host changed what helps since: no codes any more, or no address to send one to.
  if (failure.code === 'no_step_up' || failure.code === 'no_address') {
    return { kind: 'blocked', event, message: failure.detail }
  }
  return { ...page, step: codeFailed(step, failure) }
}

function troubleOf(failure: Failure): Trouble {
  if (failure.status === null) return { kind: 'offline' }
  if (failure.status === 429) return waitOf(failure.retryAfter ?? 0)
  if (failure.status === 401) return { kind: 'expired' }
  if (failure.status === 409) return conflictOf(failure)
  if (failure.status >= 500) return { kind: 'server' }
  return { kind: 'refused', field: failure.field, detail: failure.detail }
}

/** @param seconds until the same is taken again */
const waitOf = (seconds: number): Trouble =>
  seconds > 60 ? { kind: 'come_back', minutes: Math.ceil(seconds / 60) } : { kind: 'wait' }

function conflictOf({ code, detail, field }: Failure): Trouble {
  // About the idempotency key and not about the event; a new try settles it.
  if (code.startsWith('idempotency')) return { kind: 'wait' }
  // The party has seats and keeps them; it only cannot have more, or fewer than are there already.
  const keeps = code === 'party_does_not_fit' || code === 'already_arrived'
  return keeps ? { kind: 'refused', field, detail } : { kind: 'closed' }
}

/** Whether answers are taken; `draft` is told apart because the guest should come back. */
export function openness(event: Invitation['event']): 'open' | 'not_yet' | 'closed' {
  if (event.status === 'draft') return 'not_yet'
  return event.status === 'published' && event.open ? 'open' : 'closed'
}
