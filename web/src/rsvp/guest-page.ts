import type { Invitation, OpenAnswer, RsvpAnswer, SealedInvitation } from '@contracts/rsvp.ts'

export type SealedEvent = SealedInvitation['event']

/** A call that did not succeed, in the terms the page acts on. */
export interface Failure {
  /** HTTP status; null when no answer arrived at all. */
  status: number | null
  code: string
  detail: string
  /** Path of the field that `detail` is about; empty when it is about the whole. */
  field: string
  /** What a stopped guest may do, as the server words it. */
  recovery?: string
}

/** What the page says beside its content when a call did not succeed; nothing the guest typed is lost. */
export type Trouble =
  | { kind: 'offline' }
  | { kind: 'wait' }
  | { kind: 'server' }
  | { kind: 'expired' }
  | { kind: 'closed' }
  | { kind: 'refused'; field: string; detail: string }

export type GuestPage =
  | { kind: 'loading' }
  | { kind: 'unreachable'; trouble: Trouble }
  | { kind: 'unknown_link' }
  | { kind: 'sealed'; event: SealedEvent; opening: boolean; trouble: Trouble | null }
  | { kind: 'unfolding'; event: SealedEvent; opened: OpenAnswer }
  | { kind: 'blocked'; event: SealedEvent; message: string }
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
  | { type: 'sent' }
  | { type: 'answered'; answer: RsvpAnswer }
  | { type: 'change_answer' }
  | { type: 'keep_answer' }
  | { type: 'failed'; failure: Failure }

/**
 * The guest page as a state machine: what may follow what. An event that does not fit the state leaves it as it is,
 * so that a late answer or a double tap changes nothing.
 */
export function next(page: GuestPage, event: GuestPageEvent): GuestPage {
  switch (event.type) {
    case 'reload':
      return page.kind === 'unreachable' ? { kind: 'loading' } : page
    case 'loaded':
      return page.kind === 'loading'
        ? { kind: 'sealed', event: event.event, opening: false, trouble: null }
        : page
    case 'tapped':
      return page.kind === 'sealed' ? { ...page, opening: true, trouble: null } : page
    case 'opened':
      return page.kind === 'sealed' && page.opening
        ? { kind: 'unfolding', event: page.event, opened: event.answer }
        : page
    case 'unfolded':
      return page.kind === 'unfolding' ? unfolded(page.event, page.opened) : page
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
  }
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
      return isBlock(failure)
        ? { kind: 'blocked', event: page.event, message: failure.recovery ?? '' }
        : { ...page, opening: false, trouble }
    case 'open':
      return refusedAnswer(page, failure, trouble)
    case 'unreachable':
    case 'unknown_link':
    case 'unfolding':
    case 'blocked':
      return page
  }
}

function refusedAnswer(page: GuestPage & { kind: 'open' }, failure: Failure, trouble: Trouble): GuestPage {
  if (isBlock(failure)) return { kind: 'blocked', event: page.sealed, message: failure.recovery ?? '' }
  // The short-lived token of the opening ran out: only a new opening gives another.
  if (trouble.kind === 'expired') return { kind: 'sealed', event: page.sealed, opening: false, trouble }
  if (trouble.kind !== 'closed') return { ...page, sending: false, trouble }
  const invitation = { ...page.invitation, event: { ...page.invitation.event, open: false } }
  const view = invitation.rsvp === null ? 'form' : 'answered'
  return { ...page, invitation, view, sending: false, trouble }
}

const isBlock = (failure: Failure): boolean => failure.status === 403 && failure.code === 'access_blocked'

function troubleOf(failure: Failure): Trouble {
  if (failure.status === null) return { kind: 'offline' }
  if (failure.status === 429) return { kind: 'wait' }
  if (failure.status === 401) return { kind: 'expired' }
  // A conflict about the idempotency key is not about the event; a new try settles it.
  if (failure.status === 409)
    return failure.code.startsWith('idempotency') ? { kind: 'wait' } : { kind: 'closed' }
  if (failure.status >= 500) return { kind: 'server' }
  return { kind: 'refused', field: failure.field, detail: failure.detail }
}

/** Whether answers are taken; `draft` is told apart because the guest should come back. */
export function openness(event: Invitation['event']): 'open' | 'not_yet' | 'closed' {
  if (event.status === 'draft') return 'not_yet'
  return event.status === 'published' && event.open ? 'open' : 'closed'
}
