import { describe, expect, it } from 'vitest'
import type { Failure } from '../../web/src/rsvp/failure.ts'
import { isPersonsGesture, tokenOf } from '../../web/src/rsvp/gesture.ts'
import { next, openness, type GuestPage, type GuestPageEvent } from '../../web/src/rsvp/guest-page.ts'

const sealed = {
  name: 'Midsummer Dinner',
  eventDate: '2027-06-19T17:00:00Z',
  timezone: 'Europe/Paris',
  venue: null,
  branding: { colour: null, logo: null, message: null },
}
const invitation = {
  guestName: 'Anna',
  plusOnesAllowed: 2,
  event: {
    ...sealed,
    status: 'published' as const,
    open: true,
    seatsLeft: null,
    seatsPromised: 0,
    calendarUrl: '/api/x.ics',
  },
  rsvp: null,
  status: null,
  pass: null,
}
const opened = { invitation, rsvpToken: 'token-1', decision: { label: 'Verified' as const } }
const ownDevice = { kind: 'own_device' as const, message: 'Open it on your own device.' }
const askHost = { kind: 'ask_host' as const, message: 'Ask your host.' }
const rsvp = { answer: 'attending' as const, partySize: 2, plusOneNames: ['Tom'], note: null }
const failure = (status: number | null, code = 'some_code', more: Partial<Failure> = {}): Failure => ({
  status,
  code,
  detail: 'A sentence.',
  field: '',
  ...more,
})
const failed = (...args: Parameters<typeof failure>): GuestPageEvent => ({
  type: 'failed',
  failure: failure(...args),
})

/** Plays events from the start. */
const after = (...events: GuestPageEvent[]): GuestPage =>
  events.reduce<GuestPage>((page, event) => next(page, event), { kind: 'loading' })

const loaded: GuestPageEvent = { type: 'loaded', event: sealed }
const tapped: GuestPageEvent = { type: 'tapped' }
const wasOpened: GuestPageEvent = { type: 'opened', answer: opened }
const unfolded: GuestPageEvent = { type: 'unfolded' }
const sent: GuestPageEvent = { type: 'sent' }
const opening = [loaded, tapped] as const
const atForm = [...opening, wasOpened, unfolded] as const

describe('the envelope', () => {
  it('is sealed until somebody taps it', () => {
    expect(after(loaded)).toEqual({ kind: 'sealed', event: sealed, opening: false, trouble: null })
  })

  it('does not open by an answer nobody asked for', () => {
    expect(after(loaded, wasOpened)).toEqual(after(loaded))
  })

  it('unfolds, then shows the form', () => {
    expect(after(...opening, wasOpened).kind).toBe('unfolding')
    expect(after(...atForm)).toMatchObject({ kind: 'open', view: 'form', rsvpToken: 'token-1' })
  })

  it('shows the answer at once to who has answered before', () => {
    const answer = { ...opened, invitation: { ...invitation, rsvp, status: 'confirmed' as const } }
    expect(after(...opening, { type: 'opened', answer }, unfolded)).toMatchObject({ view: 'answered' })
  })

  it.each([
    [null, 'offline'],
    [429, 'wait'],
    [503, 'server'],
  ])('stays sealed and says why when opening fails with %s', (status, kind) => {
    expect(after(...opening, failed(status))).toMatchObject({
      kind: 'sealed',
      opening: false,
      trouble: { kind },
    })
  })

  it('turns into a calm page when access is blocked, with the way back of the server only', () => {
    expect(after(...opening, failed(403, 'access_blocked', { recovery: askHost }))).toEqual({
      kind: 'blocked',
      event: sealed,
      message: 'Ask your host.',
    })
  })

  it('tells who is taken for a mail scanner how to open it, and lets them try again', () => {
    const elsewhere = after(...opening, failed(403, 'access_blocked', { recovery: ownDevice }))
    expect(elsewhere).toEqual({ kind: 'own_device', event: sealed, message: 'Open it on your own device.' })
    expect(next(elsewhere, { type: 'sealed_again' })).toEqual(after(loaded))
  })

  it('leads to the page of unknown links for a 404, before and after the tap', () => {
    expect(after(failed(404))).toEqual({ kind: 'unknown_link' })
    expect(after(...opening, failed(404))).toEqual({ kind: 'unknown_link' })
  })

  it('can be asked for again after it could not be reached', () => {
    expect(after(failed(null))).toEqual({ kind: 'unreachable', trouble: { kind: 'offline' } })
    expect(after(failed(null), { type: 'reload' }, loaded).kind).toBe('sealed')
  })
})

describe('the answer', () => {
  it('is shown with its pass once the server took it', () => {
    const pass = { code: 'AAAAA-AAAAA', qrSvg: '<svg/>', validUntil: '2027-06-20T04:00:00Z' }
    const answer = { rsvp, status: 'confirmed' as const, pass }
    const page = after(...atForm, sent, { type: 'answered', answer })
    expect(page).toMatchObject({
      view: 'answered',
      sending: false,
      invitation: { rsvp, status: 'confirmed', pass },
    })
  })

  it('has no pass any more after a change to the waitlist or a decline', () => {
    const pass = { code: 'AAAAA-AAAAA', qrSvg: '<svg/>', validUntil: '2027-06-20T04:00:00Z' }
    const first: GuestPageEvent = { type: 'answered', answer: { rsvp, status: 'confirmed', pass } }
    const second: GuestPageEvent = { type: 'answered', answer: { rsvp, status: 'waitlisted' } }
    const page = after(...atForm, sent, first, { type: 'change_answer' }, sent, second)
    expect(page).toMatchObject({ invitation: { status: 'waitlisted', pass: null } })
  })

  it.each([
    [failed(null), { kind: 'offline' }],
    [failed(429), { kind: 'wait' }],
    [failed(429, 'rate_limited', { retryAfter: 2401 }), { kind: 'come_back', minutes: 41 }],
    [failed(500), { kind: 'server' }],
    [failed(409, 'idempotency_in_progress'), { kind: 'wait' }],
    [failed(409, 'party_does_not_fit'), { kind: 'refused', field: '', detail: 'A sentence.' }],
    [failed(409, 'already_arrived'), { kind: 'refused', field: '', detail: 'A sentence.' }],
    [failed(400, 'invalid', { field: 'note' }), { kind: 'refused', field: 'note', detail: 'A sentence.' }],
  ])('stays in the form when it was not taken: %j', (event, trouble) => {
    expect(after(...atForm, sent, event)).toMatchObject({
      kind: 'open',
      view: 'form',
      sending: false,
      trouble,
    })
  })

  it('asks for another opening when the token of this one ran out', () => {
    expect(after(...atForm, sent, failed(401))).toMatchObject({
      kind: 'sealed',
      trouble: { kind: 'expired' },
    })
  })

  it('makes the invitation read-only when the event closed in the meantime', () => {
    const page = after(...atForm, sent, failed(409, 'event_closed'))
    expect(page).toMatchObject({
      kind: 'open',
      trouble: { kind: 'closed' },
      invitation: { event: { open: false } },
    })
  })

  it('cannot be kept before there is one', () => {
    expect(after(...atForm, { type: 'keep_answer' })).toMatchObject({ view: 'form' })
  })
})

describe('whether answers are taken', () => {
  it.each([
    ['draft', false, 'not_yet'],
    ['published', true, 'open'],
    ['published', false, 'closed'],
    ['closed', false, 'closed'],
    ['archived', false, 'closed'],
  ] as const)('%s with open=%s is %s', (status, open, expected) => {
    expect(openness({ ...invitation.event, status, open })).toBe(expected)
  })
})

describe('a gesture', () => {
  const page = { visibilityState: 'visible', prerendering: false }

  it('counts when a person made it on a page in view', () => {
    expect(isPersonsGesture({ isTrusted: true }, page)).toBe(true)
    expect(isPersonsGesture({ isTrusted: true }, { visibilityState: 'visible' })).toBe(true)
  })

  it.each([
    [false, page],
    [true, { ...page, visibilityState: 'hidden' }],
    [true, { ...page, prerendering: true }],
  ])('does not count with isTrusted=%s on %j', (isTrusted, where) => {
    expect(isPersonsGesture({ isTrusted }, where)).toBe(false)
  })

  it('is for the link in the path', () => {
    expect(tokenOf('/r/abc.def')).toBe('abc.def')
    expect(tokenOf('/r/abc/')).toBe('abc')
    expect(tokenOf('/')).toBe('')
  })
})
