import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guestStream } from '../../src/events/streams.ts'
import { traceIdOf } from '../../src/observability/trace-ids.ts'
import { expectStatus, open, readModelsCaughtUp, reply, type TestHost } from '../support/party.ts'
import { until } from '../support/product-process.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { startSmtp, type TestSmtp } from '../support/smtp.ts'
import { attributeOf, startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts'
import { aParty, type InvitedGuest } from './party.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'

let receiver: OtlpReceiver
let smtp: TestSmtp
let product: TestProduct
let host: TestHost
let eventId: string
let guest: InvitedGuest
const logged: Record<string, unknown>[] = []

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  smtp = await startSmtp()
  product = await startTestProduct({
    config: { tracing: { endpoint: receiver.url, ratio: 1 }, smtpUrl: smtp.url },
    onLog: (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
  })
  ;({ host, eventId, guest } = await aParty(product))
  await readModelsCaughtUp(product)
})

afterAll(async () => {
  await product.stop()
  await receiver.stop()
  await smtp.stop()
})

const named = (name: string, traceId: string): ReceivedSpan[] =>
  receiver.spans.filter((span) => span.name === name && span.traceId === traceId)

/** @returns the one span of this name in a trace, once it was received */
async function received(name: string, traceId: string): Promise<ReceivedSpan> {
  await until(`a span ${name} arrives`, () => named(name, traceId).length > 0)
  const [span, ...more] = named(name, traceId)
  if (span === undefined || more.length > 0)
    throw new Error(`there are ${String(more.length + 1)} of ${name}`)
  return span
}

async function correlationsOf(stream: string): Promise<unknown[]> {
  const slice = await product.store.readStream(stream)
  return slice.exists ? slice.records.map(({ metadata }) => metadata['$correlationId']) : []
}

describe('the trace of an opening', () => {
  it('goes from the caller over the request and the appended facts to the read models', async () => {
    const traceparent = `00-${TRACE}-${CALLER}-01`
    const answer = await open(product.client(), guest.token, { screen: '390x844' }, { traceparent })
    expectStatus(answer, 200)
    expect(answer.headers.get('x-request-id')).toBe(TRACE)
    expect((await correlationsOf(guestStream(eventId, guest.id))).filter((id) => id === TRACE)).toHaveLength(
      2,
    )

    const request = await received('POST /api/rsvp/:token/open', TRACE)
    expect(request.parentSpanId).toBe(CALLER)
    expect(attributeOf(request, 'http.response.status_code')).toBe('200')
    for (const type of ['AccessAttempted', 'AccessScored']) {
      const appended = await received(`append ${type}`, TRACE)
      expect(appended.parentSpanId, type).toBe(request.spanId)
      const projected = await received(`project ${type}`, TRACE)
      expect(projected.parentSpanId, type).toBe(appended.spanId)
      expect(attributeOf(projected, 'guestguard.fact.id'), type).toBe(
        attributeOf(appended, 'guestguard.fact.id'),
      )
      expect(BigInt(appended.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(request.startTimeUnixNano))
      expect(BigInt(appended.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(appended.startTimeUnixNano))
    }
  })

  it('is one of its own for a request that names none, found by the id that the answer gives', async () => {
    const answer = await open(product.client(), guest.token)
    const id = answer.headers.get('x-request-id') ?? ''
    expect(id).toMatch(/^[0-9A-Z]{26}$/)
    const traceId = traceIdOf(id)
    const request = await received('POST /api/rsvp/:token/open', traceId)
    expect(request.parentSpanId).toBeUndefined()
    expect(attributeOf(request, 'guestguard.correlation_id')).toBe(id)
    expect((await received('append AccessScored', traceId)).parentSpanId).toBe(request.spanId)
    expect((await received('project AccessScored', traceId)).traceId).toBe(traceId)
  })

  it('names no person, address or link', () => {
    const text = receiver.text()
    expect(text).toContain('AccessScored')
    for (const secret of ['example.org', 'Grace', 'Ada', guest.token, '10.0.', 'Firefox', '390x844']) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('a correlation id', () => {
  it('goes from the request over the fact and the job to the mail, and to every line of the log', async () => {
    const id = 'request-of-grace-7'
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, guest.token), 200)
    const body = { answer: 'attending', partySize: 1 }
    const answered = await reply(visitor, guest.token, rsvpToken, body, { 'x-request-id': id })
    expectStatus(answered, 200)
    expect(answered.headers.get('x-request-id')).toBe(id)
    expect(await correlationsOf(`event.${eventId}-rsvps`)).toContain(id)

    await until('the confirmation arrives', () => smtp.received.length > 0)
    const [mail] = smtp.received
    const header = mail?.email.headers.find(({ key }) => key === 'x-correlation-id')
    expect(header?.value).toBe(id)

    const line = logged.find(({ msg, correlationId }) => msg === 'answered' && correlationId === id)
    expect(line).toMatchObject({ method: 'POST', status: 200 })

    const traceId = traceIdOf(id)
    const appended = await received('append RsvpAnswered', traceId)
    const job = await received('job reply', traceId)
    expect(job.parentSpanId).toBe(appended.spanId)
    expect((await received('send email', traceId)).parentSpanId).toBe(job.spanId)
  })

  it('stands in what is logged of a job that fails, once', async () => {
    const id = 'request-of-grace-8'
    smtp.behave(() => ({ kind: 'refuse', code: 450, text: '4.2.0 Come back later' }))
    const path = `/api/events/${eventId}/invitations/send`
    const headers = { 'x-request-id': id }
    expectStatus(await host.client.post(path, { channel: 'email', guestIds: [guest.id] }, headers), 202)
    const failure = () =>
      logged.find(({ msg, correlationId }) => msg === 'a job failed' && correlationId === id)
    await until('the job has failed', () => failure() !== undefined)
    expect(failure()).toMatchObject({
      queue: 'invitation',
      reason: expect.stringContaining('mail') as string,
    })
  })

  it.each(['short', 'grace@example.org', 'a b c d e f g h', 'x'.repeat(65), 'line\tbreak-here'])(
    'is not taken from a caller who writes %j',
    async (wrong) => {
      const answer = await product.client().get('/health', { 'x-request-id': wrong })
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9A-Z]{26}$/)
    },
  )

  it.each([
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${CALLER}-01`,
    `00-${TRACE.toUpperCase()}-${CALLER}-01`,
    TRACE,
  ])('is not taken from the malformed traceparent %s', async (traceparent) => {
    const answer = await product.client().get('/health', { traceparent, 'x-request-id': 'fallback-1' })
    expect(answer.headers.get('x-request-id')).toBe('fallback-1')
  })
})
