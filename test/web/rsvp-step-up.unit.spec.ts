import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { OpenAnswer } from '../../src/contracts/rsvp.ts'
import { digitsOf } from '../../web/src/rsvp/code-step.ts'
import type { Failure } from '../../web/src/rsvp/failure.ts'
import { next, type GuestPage, type GuestPageEvent } from '../../web/src/rsvp/guest-page.ts'
import { useStepUp } from '../../web/src/rsvp/useStepUp.ts'

const event = {
  name: 'Midsummer Dinner',
  eventDate: '2027-06-19T17:00:00Z',
  timezone: 'Europe/Paris',
  venue: null,
  branding: { colour: null, logo: null, message: null },
}
const invitation = {
  guestName: 'Anna',
  plusOnesAllowed: 0,
  event: {
    ...event,
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
const sent = { channel: 'email' as const, to: 'a•••@e•••', validSeconds: 600 }

const byCode = { kind: 'code' as const, message: 'We can send a code.', challengeToken: 'challenge-1' }
const askHost = { kind: 'ask_host' as const, message: 'Ask your host.' }
const failed = (status: number | null, code: string, more: Partial<Failure> = {}): GuestPageEvent => ({
  type: 'failed',
  failure: { status, code, detail: 'A sentence.', field: '', ...more },
})

/** Plays events from the start. */
const after = (...events: GuestPageEvent[]): GuestPage =>
  events.reduce<GuestPage>((page, one) => next(page, one), { kind: 'loading' })

const tapped: GuestPageEvent[] = [{ type: 'loaded', event }, { type: 'tapped' }]
const asked: GuestPageEvent = { type: 'code_asked' }
const wasSent: GuestPageEvent = { type: 'code_sent', sent }
const entered: GuestPageEvent = { type: 'code_entered' }
const stopped = [...tapped, failed(403, 'code_required', { recovery: byCode })]
const withCode = [...stopped, asked, wasSent]

describe('a guest who is asked for a code', () => {
  it('is shown one more step', () => {
    expect(after(...stopped)).toEqual({
      kind: 'step_up',
      event,
      step: { challengeToken: 'challenge-1', blocked: false, sent: null, busy: null, trouble: null },
    })
  })

  it('is led to the host where no code can be sent', () => {
    const page = after(...tapped, failed(403, 'code_required', { recovery: askHost }))
    expect(page).toEqual({ kind: 'blocked', event, message: 'Ask your host.' })
  })

  it('is offered the same way when the opening was blocked and the host allows it', () => {
    const page = after(...tapped, failed(403, 'access_blocked', { recovery: byCode }))
    expect(page).toMatchObject({ kind: 'step_up', step: { blocked: true } })
  })

  it('is shown where the code went', () => {
    expect(after(...stopped, asked)).toMatchObject({ step: { busy: 'sending', sent: null } })
    expect(after(...withCode)).toMatchObject({ step: { busy: null, sent } })
  })

  it('gets the invitation as usual with the right code', () => {
    const page = after(...withCode, entered, { type: 'opened', answer: opened })
    expect(page).toEqual({ kind: 'unfolding', event, opened })
    expect(next(page, { type: 'unfolded' })).toMatchObject({
      kind: 'open',
      view: 'form',
      rsvpToken: 'token-1',
    })
  })

  it('cannot enter a code before one was sent, nor ask and enter at once', () => {
    expect(after(...stopped, entered)).toEqual(after(...stopped))
    expect(after(...withCode, asked, entered)).toEqual(after(...withCode, asked))
    expect(after(...withCode, entered, asked)).toEqual(after(...withCode, entered))
  })

  it('is not let in by an answer to nothing', () => {
    expect(after(...withCode, { type: 'opened', answer: opened })).toEqual(after(...withCode))
    expect(after(...stopped, wasSent)).toEqual(after(...stopped))
  })
})

describe('a code that is not taken', () => {
  it.each([
    [failed(400, 'wrong_code', { triesLeft: 4 }), { kind: 'wrong_code', left: 4 }],
    [failed(400, 'wrong_code'), { kind: 'wrong_code', left: null }],
    [failed(429, 'rate_limited'), { kind: 'told', detail: 'A sentence.' }],
    [failed(409, 'busy'), { kind: 'wait' }],
    [failed(503, 'store_unavailable'), { kind: 'server' }],
    [failed(null, 'unreachable'), { kind: 'offline' }],
    [failed(422, 'idempotency_key_reused'), { kind: 'told', detail: 'A sentence.' }],
  ])('leaves the field where it is: %j', (event, trouble) => {
    expect(after(...withCode, entered, event)).toMatchObject({
      kind: 'step_up',
      step: { busy: null, sent, trouble },
    })
  })

  it.each([
    ['after its last try', failed(400, 'wrong_code', { triesLeft: 0 })],
    ['because it is too old', failed(409, 'code_expired')],
  ])('%s makes room for another one', (_, event) => {
    const page = after(...withCode, entered, event)
    expect(page).toMatchObject({ step: { busy: null, sent: null, trouble: { kind: 'code_over' } } })
    expect(next(next(page, asked), wasSent)).toMatchObject({ step: { sent, trouble: null } })
  })

  it('says so until the next try', () => {
    const page = after(...withCode, entered, failed(400, 'wrong_code', { triesLeft: 4 }))
    expect(next(page, entered)).toMatchObject({ step: { trouble: null, busy: 'checking' } })
  })
})

describe('a code that is not sent', () => {
  it('says in the words of the server how long to wait, and keeps the one that was sent before', () => {
    expect(after(...withCode, asked, failed(429, 'code_sent'))).toMatchObject({
      step: { busy: null, sent, trouble: { kind: 'told', detail: 'A sentence.' } },
    })
  })

  it.each(['no_step_up', 'no_address'])('because of %s leads to the host', (code) => {
    expect(after(...stopped, asked, failed(409, code))).toEqual({
      kind: 'blocked',
      event,
      message: 'A sentence.',
    })
  })

  it('because too much time went by closes the envelope again', () => {
    expect(after(...stopped, asked, failed(401, 'opening_expired'))).toEqual({
      kind: 'sealed',
      event,
      opening: false,
      trouble: { kind: 'lapsed' },
    })
  })

  it('because the link died leads to the page of unknown links', () => {
    expect(after(...stopped, asked, failed(404, 'link_invalid'))).toEqual({ kind: 'unknown_link' })
  })
})

describe('the digits of a code', () => {
  it.each([
    ['042917', '042917'],
    [' 042 917 ', '042917'],
    ['042-917', '042917'],
    ['Your code: 042917.', '042917'],
    ['０４２９１７', '042917'],
    ['٠٤٢٩١٧', '042917'],
    ['۰۴۲۹۱۷', '042917'],
    ['0429170', '042917'],
    ['04', '04'],
    ['code', ''],
  ])('%j are read as %j', (typed, digits) => {
    expect(digitsOf(typed)).toBe(digits)
  })
})

describe('asking for and entering a code', () => {
  interface Call {
    path: string
    key: string | null
    bearer: string | null
    body: unknown
  }
  let calls: Call[]
  /** What the server says, in turn; the last one again and again. Null: no answer arrives. */
  let answers: ({ status: number; body: unknown } | null)[]

  beforeEach(() => {
    vi.useFakeTimers()
    calls = []
    vi.stubGlobal('fetch', (path: string, { headers, body }: { headers: Headers; body: string | null }) => {
      const [key, bearer] = [headers.get('idempotency-key'), headers.get('authorization')]
      calls.push({ path, key, bearer, body: body === null ? null : JSON.parse(body) })
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer == null) return Promise.reject(new TypeError('Failed to fetch'))
      return Promise.resolve(Response.json(answer.body, { status: answer.status }))
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  function play(...events: GuestPageEvent[]) {
    const page = shallowRef(after(...events))
    const happen = (one: GuestPageEvent) => {
      page.value = next(page.value, one)
    }
    const show = (answer: OpenAnswer) => {
      happen({ type: 'opened', answer })
      return Promise.resolve()
    }
    return { page, ...useStepUp('link-1', page, happen, show) }
  }
  const problem = (status: number, code: string, more: object = {}) => ({
    status,
    body: { type: 'about:blank', title: '', status, code, detail: 'A sentence.', ...more },
  })
  const settle = async (work: Promise<void>) => {
    await vi.runAllTimersAsync()
    await work
  }

  it('sends the token of the refusal, once for two taps', async () => {
    const { page, askForCode } = play(...stopped)
    answers = [{ status: 202, body: sent }]
    await settle(Promise.all([askForCode(), askForCode()]).then(() => undefined))
    expect(calls).toMatchObject([{ path: '/api/rsvp/link-1/code', bearer: 'Bearer challenge-1', body: null }])
    expect(page.value).toMatchObject({ step: { sent, busy: null } })
  })

  it('asks again with the same key while no answer arrives, also when the guest taps again', async () => {
    const { page, askForCode } = play(...stopped)
    answers = [null]
    await settle(askForCode())
    expect(page.value).toMatchObject({ step: { trouble: { kind: 'offline' } } })
    answers = [{ status: 202, body: sent }]
    await settle(askForCode())
    expect(calls).toHaveLength(4)
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1)
  })

  it('asks for another code with another key', async () => {
    const { askForCode } = play(...stopped)
    answers = [{ status: 202, body: sent }]
    await settle(askForCode())
    await settle(askForCode())
    expect(new Set(calls.map(({ key }) => key)).size).toBe(2)
  })

  it('opens the invitation with the code', async () => {
    const { page, submitCode } = play(...withCode)
    answers = [null, { status: 200, body: opened }]
    await settle(submitCode('042917'))
    expect(page.value.kind).toBe('unfolding')
    expect(calls).toMatchObject([
      { path: '/api/rsvp/link-1/code/verify', bearer: 'Bearer challenge-1', body: { code: '042917' } },
      { key: calls[0]?.key },
    ])
  })

  it('enters a code again with the same key after a fault of the server, and with a new one after a refusal', async () => {
    const { page, submitCode } = play(...withCode)
    answers = [problem(503, 'store_unavailable'), problem(400, 'wrong_code', { triesLeft: 4 })]
    await settle(submitCode('042917'))
    await settle(submitCode('042917'))
    expect(page.value).toMatchObject({ step: { trouble: { kind: 'wrong_code', left: 4 } } })
    await settle(submitCode('042917'))
    const [first, second, third] = calls.map(({ key }) => key)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('does not enter a code that is no longer good', async () => {
    const { page, submitCode } = play(...withCode)
    answers = [problem(409, 'code_expired')]
    await settle(submitCode('042917'))
    expect(page.value).toMatchObject({ step: { sent: null, trouble: { kind: 'code_over' } } })
    await settle(submitCode('042917'))
    expect(calls).toHaveLength(1)
  })
})
