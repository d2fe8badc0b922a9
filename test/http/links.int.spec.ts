import { describe, expect, vi } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { SealedInvitation } from '../../src/contracts/rsvp.ts'
import { withAGuest as it } from '../support/at-an-event.ts'
import { addGuest, expectStatus, open, reply } from '../support/party.ts'

describe('a link before the gesture', () => {
  it('shows the event and nothing of the guest', async ({ product, guest }) => {
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

  it('can be read by any program, and changes nothing that is scored', async ({
    product,
    activity,
    guestNow,
    guest,
  }) => {
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

  it('records visits of the page by their kind, a few in an hour, and never those of HEAD', async ({
    product,
    factsOf,
    guest,
  }) => {
    const visitor = product.client()
    await visitor.request('HEAD', `/r/${guest.token}`)
    for (let count = 0; count < 6; count++) await visitor.get(`/r/${guest.token}`)
    await visitor.get(`/r/${guest.token}`, { 'user-agent': 'WhatsApp/2.23' })
    await visitor.get(`/r/${guest.token}`, { 'sec-purpose': 'prefetch;prerender' })
    await vi.waitFor(async () => {
      expect(await factsOf('LinkTouched')).toBe(4 + 1 + 1)
    })
  })

  it('has a calendar file with the event', async ({ product, guest }) => {
    const file = await product.client().get(`/api/rsvp/${guest.token}/event.ics`)
    expect(file.headers.get('content-type')).toContain('text/calendar')
    expect(file.text).toContain('SUMMARY:Garden party')
    expect(file.text).not.toContain('Grace')
  })
})

describe('what is not a link', () => {
  it('is answered in the same words whatever is wrong with it', async ({ product, host, event, guest }) => {
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

  it('is tried sixty times a minute from one network, while guests there still get in', async ({
    product,
    guest,
  }) => {
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
