import { describe, expect, vi } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { withAGuest } from '../support/at-an-event.ts'
import { anyText } from '../support/matchers.ts'
import { expectStatus, open } from '../support/party.ts'

const PHONE = { screen: '390x844', language: 'en' }
const LAPTOP = { screen: '1920x1080', language: 'fr' }

/** Addresses that the data file that comes with the product places in these cities. */
const PARIS = '212.27.48.10'
const SAN_JOSE = '8.8.8.8'

const it = withAGuest.extend(
  'options',
  { scope: 'file' },
  { config: { geo: { provider: 'dbip', databasePath: null } } },
)

describe('opening', () => {
  it('shows the invitation, is scored and is recorded with its place', async ({
    product,
    activity,
    guestNow,
    guest,
  }) => {
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

  it('by a second device elsewhere scores higher, for reasons that the host can read', async ({
    product,
    activity,
    guest,
  }) => {
    await open(product.client(PARIS), guest.token, PHONE)
    product.clock.advance(24 * 60 * MINUTE)
    const second = expectStatus(await open(product.client(SAN_JOSE), guest.token, LAPTOP), 200)

    expect(second.decision.label).toBe('Suspicious')
    const [item] = await activity()
    // 0.40 x 100 for the device, 0.25 x 80 for the network, 0.10 x 10 for the one before; a day is long enough to travel.
    expect(item).toMatchObject({ score: 61, band: 'high', label: 'Suspicious', decision: 'allowed' })
    expect(item?.subScores).toMatchObject({ fingerprint_mismatch: 100, ip_change: 80, geo_jump: 0 })
    expect(item?.points).toMatchObject({
      fingerprint_mismatch: 40,
      ip_change: 20,
      repeated_access: 1,
      geo_jump: 0,
    })
    expect(item?.reasons).toHaveLength(2)
    for (const reason of item?.reasons ?? []) expect(reason).toMatch(/^[A-Z].*[a-z]/)
  })

  it('that is blocked is told kindly, without the reasons, and the host sees them', async ({
    product,
    activity,
    guestNow,
    guest,
  }) => {
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

  it('is one opening for one Idempotency-Key, however often the phone tries', async ({
    product,
    activity,
    guestNow,
    guest,
  }) => {
    const visitor = product.client(PARIS)
    const key = { 'idempotency-key': 'open-once' }
    const tries = await Promise.all(Array.from({ length: 4 }, () => open(visitor, guest.token, PHONE, key)))
    for (const one of tries) expectStatus(one, 200)
    expect((await guestNow()).openings).toBe(1)
    expect(await activity()).toHaveLength(1)
    const other = await open(visitor, guest.token, LAPTOP, key)
    expect([other.status, (other.body as unknown as Problem).code]).toEqual([422, 'idempotency_key_reused'])
  })

  it('goes on without a fingerprint, at the price that the rules name', async ({
    product,
    activity,
    guest,
  }) => {
    expectStatus(await open(product.client(PARIS), guest.token, null), 200)
    const [item] = await activity()
    expect(item).toMatchObject({ score: 7, subScores: { missing_signals: 70 } })
  })

  it('is turned away after sixty in an hour', async ({ product, guest }) => {
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

  it.for([
    ['by a mail scanner that presses buttons', MAIL_PROTECTION, {}],
    ['ahead of its user by a browser', PARIS, { 'sec-purpose': 'prefetch;prerender' }],
  ] as const)(
    '%s is a visit, and leaves the guest to be the first',
    async ([_, ip, headers], { product, activity, factsOf, guestNow, guest }) => {
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
    },
  )

  it('is not told by the agent alone: it can be forged, and is scored as any other', async ({
    product,
    guestNow,
    guest,
  }) => {
    const agent = { 'user-agent': 'facebookexternalhit/1.1 Facebot Twitterbot/1.0' }
    expectStatus(await open(product.client(PARIS), guest.token, PHONE, agent), 200)
    expect(await guestNow()).toMatchObject({ openings: 1 })
  })

  it('with a link that does not work is told no more than anybody else', async ({ product }) => {
    const answer = await open(product.client(MAIL_PROTECTION), 'x'.repeat(72))
    expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([404, 'link_invalid'])
  })
})
