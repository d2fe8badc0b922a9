import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import type { SealedInvitation } from '../../src/contracts/rsvp.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { anyText } from '../support/matchers.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  reply,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

const PHONE = { screen: '390x844', language: 'en' }
const LAPTOP = { screen: '1920x1080', language: 'fr' }

/** Addresses that the data file that comes with the product places in these cities. */
const PARIS = '212.27.48.10'
const SAN_JOSE = '8.8.8.8'

let product: TestProduct
let host: TestHost
let event: EventView
let guest: TestGuest

beforeAll(async () => {
  product = await startTestProduct({ config: { geo: { provider: 'dbip', databasePath: null } } })
  host = await register(product)
})

afterAll(async () => {
  await product.stop()
})

beforeEach(async () => {
  event = await createEvent(host, { venue: 'Orangerie' })
  guest = await addGuest(host, event.id, { name: 'Grace Hopper', plusOnesAllowed: 2 })
})

const guestNow = async () =>
  expectStatus(await host.client.get<GuestView>(`/api/events/${event.id}/guests/${guest.id}`), 200)

async function activity() {
  await readModelsCaughtUp(product)
  const path = `/api/events/${event.id}/activity`
  return expectStatus(await host.client.get<z.infer<typeof activityPage>>(path), 200).items
}

async function factsOf(type: string): Promise<number> {
  let count = 0
  for await (const page of product.store.readCategory(`event.${event.id}`)) {
    count += page.filter((record) => record.type === type).length
  }
  return count
}

describe('a link before the gesture', () => {
  it('shows the event and nothing of the guest', async () => {
    const sealed = await product.client().get<SealedInvitation>(`/api/rsvp/${guest.token}`)
    expect(expectStatus(sealed, 200)).toEqual({
      event: {
        name: 'Garden party',
        eventDate: '2026-06-20T19:00:00.000Z',
        timezone: 'Europe/Paris',
        venue: 'Orangerie',
        branding: { colour: null, logo: null, message: null },
      },
      sealed: true,
    })
  })

  it('can be read by any program, and changes nothing that is scored', async () => {
    const visitor = product.client()
    for (const path of [
      `/r/${guest.token}`,
      `/api/rsvp/${guest.token}`,
      `/api/rsvp/${guest.token}/event.ics`,
    ]) {
      for (const method of ['GET', 'HEAD']) {
        const read = await visitor.request(method, path)
        expect(read.status).toBe(200)
        expect(read.headers.get('cache-control')).toBe('no-store')
        expect(read.headers.get('x-robots-tag')).toBe('noindex, nofollow')
        expect(read.headers.get('referrer-policy')).toBe('no-referrer')
      }
    }
    expect(await guestNow()).toMatchObject({ openings: 0, risk: null, status: 'added' })
    expect(await activity()).toEqual([])
  })

  it('records visits of the page by their kind, a few in an hour, and never those of HEAD', async () => {
    const visitor = product.client()
    await visitor.request('HEAD', `/r/${guest.token}`)
    for (let count = 0; count < 6; count++) await visitor.get(`/r/${guest.token}`)
    await visitor.get(`/r/${guest.token}`, { 'user-agent': 'WhatsApp/2.23' })
    await visitor.get(`/r/${guest.token}`, { 'sec-purpose': 'prefetch;prerender' })
    await vi.waitFor(async () => {
      expect(await factsOf('LinkTouched')).toBe(4 + 1 + 1)
    })
  })

  it('has a calendar file with the event', async () => {
    const file = await product.client().get(`/api/rsvp/${guest.token}/event.ics`)
    expect(file.headers.get('content-type')).toContain('text/calendar')
    expect(file.text).toContain('SUMMARY:Garden party')
    expect(file.text).not.toContain('Grace')
  })
})

describe('opening', () => {
  it('shows the invitation, is scored and is recorded with its place', async () => {
    const opened = expectStatus(await open(product.client(PARIS), guest.token), 200)
    expect(opened.decision).toEqual({ label: 'Verified' })
    expect(opened.invitation).toMatchObject({
      guestName: 'Grace Hopper',
      plusOnesAllowed: 2,
      rsvp: null,
      status: null,
      pass: null,
      event: { open: true, seatsLeft: null },
    })
    const [item] = await activity()
    expect(item).toMatchObject({
      kind: 'opening',
      score: 0,
      band: 'low',
      label: 'Verified',
      decision: 'allowed',
      ruleSet: 'v1',
      place: { country: 'FR', city: anyText() },
      reasons: [],
    })
    expect(item?.sentence).toBe(`Grace Hopper opened the invitation from ${item?.place?.city ?? ''}`)
    expect(await guestNow()).toMatchObject({ openings: 1, risk: 'low', status: 'opened' })
  })

  it('by a second device elsewhere scores higher, for reasons that the host can read', async () => {
    await open(product.client(PARIS), guest.token, PHONE)
    product.clock.advance(24 * 60 * MINUTE)
    const second = expectStatus(await open(product.client(SAN_JOSE), guest.token, LAPTOP), 200)

    expect(second.decision.label).toBe('Suspicious')
    const [item] = await activity()
    // 0.40 x 100 for the device, 0.25 x 80 for the network, 0.10 x 10 for the one before; a day is long enough to travel.
    expect(item).toMatchObject({ score: 61, band: 'high', label: 'Suspicious', decision: 'allowed' })
    expect(item?.subScores).toMatchObject({ fingerprint_mismatch: 100, ip_change: 80, geo_jump: 0 })
    expect(item?.reasons).toHaveLength(2)
    for (const reason of item?.reasons ?? []) expect(reason).toMatch(/^[A-Z].*[a-z]/)
  })

  it('that is blocked is told kindly, without the reasons, and the host sees them', async () => {
    await open(product.client(PARIS), guest.token, PHONE)
    product.clock.advance(10 * MINUTE)
    const blocked = await open(product.client(SAN_JOSE), guest.token, LAPTOP)

    expect(blocked.status).toBe(403)
    const problem = blocked.body as unknown as Problem
    expect(problem).toMatchObject({ code: 'access_blocked', recovery: { kind: 'ask_host' } })
    expect(blocked.text).not.toMatch(/score|fingerprint|device|address|Grace|jump|km|San|reason/i)

    const [item] = await activity()
    expect(item).toMatchObject({ score: 100, band: 'block', label: 'Blocked', decision: 'blocked' })
    expect(item?.reasons.length).toBeGreaterThanOrEqual(3)
    expect(item?.sentence).toContain("'s link was opened")
    expect((await guestNow()).risk).toBe('block')
  })

  it('is one opening for one Idempotency-Key, however often the phone tries', async () => {
    const visitor = product.client(PARIS)
    const key = { 'idempotency-key': 'open-once' }
    const tries = await Promise.all(Array.from({ length: 4 }, () => open(visitor, guest.token, PHONE, key)))
    for (const one of tries) expectStatus(one, 200)
    expect((await guestNow()).openings).toBe(1)
    expect(await activity()).toHaveLength(1)
    const other = await open(visitor, guest.token, LAPTOP, key)
    expect([other.status, (other.body as unknown as Problem).code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('goes on without a fingerprint, at the price that the rules name', async () => {
    expectStatus(await open(product.client(PARIS), guest.token, null), 200)
    const [item] = await activity()
    expect(item).toMatchObject({ score: 7, subScores: { missing_signals: 70 } })
  })

  it('is turned away after sixty in an hour', async () => {
    const visitor = product.client(PARIS)
    for (let count = 0; count < 60; count++) expectStatus(await open(visitor, guest.token), 200)
    const more = await open(visitor, guest.token)
    expect([more.status, (more.body as unknown as Problem).code]).toEqual([429, 'too_many_openings'])
    product.clock.advance(61 * MINUTE)
    expectStatus(await open(visitor, guest.token), 200)
  })
})

describe('an opening that no person can have made', () => {
  /** Of Exchange Online Protection. */
  const MAIL_PROTECTION = '40.92.10.10'

  it.each([
    ['by a mail scanner that presses buttons', MAIL_PROTECTION, {}],
    ['ahead of its user by a browser', PARIS, { 'sec-purpose': 'prefetch;prerender' }],
  ])('%s is a visit, and leaves the guest to be the first', async (_, ip, headers) => {
    const turnedAway = await open(product.client(ip), guest.token, LAPTOP, headers)
    expect(turnedAway.status).toBe(403)
    expect(turnedAway.body).toMatchObject({ code: 'access_blocked', recovery: { kind: 'own_device' } })
    expect(turnedAway.text).not.toMatch(/rsvpToken|Grace|scanner|network/)
    await vi.waitFor(async () => {
      expect(await factsOf('LinkTouched')).toBe(1)
    })
    expect(await activity()).toEqual([])
    expect(await guestNow()).toMatchObject({ openings: 0, risk: null, status: 'added' })

    const opened = expectStatus(await open(product.client(PARIS), guest.token, PHONE), 200)
    expect(opened.decision).toEqual({ label: 'Verified' })
    const [item] = await activity()
    expect(item).toMatchObject({ score: 0, reasons: [] })
  })

  it('is not told by the agent alone: it can be forged, and is scored as any other', async () => {
    const agent = { 'user-agent': 'facebookexternalhit/1.1 Facebot Twitterbot/1.0' }
    expectStatus(await open(product.client(PARIS), guest.token, PHONE, agent), 200)
    expect(await guestNow()).toMatchObject({ openings: 1 })
  })

  it('with a link that does not work is told no more than anybody else', async () => {
    const answer = await open(product.client(MAIL_PROTECTION), 'x'.repeat(72))
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([404, 'link_invalid'])
  })
})

describe('what is not a link', () => {
  it('is answered in the same words whatever is wrong with it', async () => {
    const removed = await addGuest(host, event.id)
    await host.client.delete(`/api/events/${event.id}/guests/${removed.id}`)
    const revoked = await addGuest(host, event.id)
    await host.client.post(`/api/events/${event.id}/guests/${revoked.id}/link/revoke`)
    const replaced = await addGuest(host, event.id)
    await host.client.post(`/api/events/${event.id}/guests/${replaced.id}/link`)
    const altered = `${guest.token.slice(0, -1)}${guest.token.endsWith('A') ? 'B' : 'A'}`
    const bad = [
      removed.token,
      revoked.token,
      replaced.token,
      altered,
      'x',
      'x'.repeat(72),
      'x'.repeat(200),
      'x'.repeat(201),
      'x'.repeat(5_000),
      '%F0%9F%8E%89',
      '%zz',
      '%ff',
    ]

    const bodies = new Set<string>()
    for (const token of bad) {
      const visitor = product.client()
      const answers = [
        await visitor.get<Problem>(`/api/rsvp/${token}`),
        await visitor.get<Problem>(`/api/rsvp/${token}/event.ics`),
        await open(visitor, token),
        await reply(visitor, token, 'x', { answer: 'attending' }),
      ]
      expect(
        answers.map(({ status }) => status),
        token,
      ).toEqual([404, 404, 404, 404])
      for (const { text } of answers) bodies.add(text)
      const page = await visitor.get(`/r/${token}`)
      expect([page.status, page.headers.get('content-type')], token).toEqual([
        404,
        'text/html; charset=utf-8',
      ])
    }
    expect([...bodies]).toHaveLength(1)
    expect(JSON.parse([...bodies][0] ?? '')).toMatchObject({ code: 'link_invalid' })
  })

  it('is tried sixty times a minute from one network, while guests there still get in', async () => {
    const guesser = product.client('198.51.100.77')
    const statuses = []
    for (let round = 0; round < 62; round += 31) {
      const tries = Array.from({ length: 31 }, () => guesser.get('/api/rsvp/nonsense'))
      statuses.push(...(await Promise.all(tries)).map(({ status }) => status))
    }
    expect(statuses.filter((status) => status === 404)).toHaveLength(60)
    expect(statuses.filter((status) => status === 429)).toHaveLength(2)
    expect((await product.client('198.51.100.78').get(`/api/rsvp/${guest.token}`)).status).toBe(200)
  })
})
