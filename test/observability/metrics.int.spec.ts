import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOpenings } from '../../src/commands/guest/opening.ts'
import { activeRules } from '../../src/commands/rules/active.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { countOpenings } from '../../src/observability/instruments.ts'
import { readGauges } from '../../src/observability/gauges.ts'
import { Meters } from '../../src/observability/meters.ts'
import { connectLive } from '../support/live-feed.ts'
import { addGuest, expectStatus, open, readModelsCaughtUp, reply, type TestHost } from '../support/party.ts'
import { until } from '../support/product-process.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { readingOf, scrape } from './metrics-text.ts'
import { aParty, type InvitedGuest } from './party.ts'

let product: TestProduct
let host: TestHost
let eventId: string
let guest: InvitedGuest

beforeAll(async () => {
  product = await startTestProduct()
  ;({ host, eventId, guest } = await aParty(product))
})

afterAll(async () => {
  await product.stop()
})

describe('metrics', () => {
  it('count an opening once, by band and decision, with what it took', async () => {
    const before = await scrape(product)
    expectStatus(await open(product.client(), guest.token), 200)
    const after = await scrape(product)
    const opening = { band: 'low', decision: 'allowed' }
    expect(before.value('guestguard_openings_total', opening)).toBeUndefined()
    expect(after.value('guestguard_openings_total', opening)).toBe(1)
    expect(after.value('guestguard_opening_duration_seconds_count')).toBe(1)
    expect(after.value('guestguard_facts_appended_total', { type: 'AccessScored' })).toBe(1)
    expect(after.value('guestguard_append_duration_seconds_count')).toBe(
      after.value('guestguard_appends_total', { outcome: 'ok' }),
    )
    const answered = { method: 'POST', route: '/api/rsvp/:token/open', status: '200' }
    expect(after.value('guestguard_http_requests_total', answered)).toBe(1)
    expect(after.value('guestguard_scoring_budget_overruns_total')).toBe(0)
  })

  it('tell an opening from a trusted network from one that went on unscored', async () => {
    const { ip } = product.client()
    const networks = `/api/events/${eventId}/security/allowlist`
    expectStatus(await host.client.post(networks, { cidr: ip, note: 'Office' }), 201)
    const { token } = await addGuest(host, eventId)
    await until('the network is trusted', async () => {
      expectStatus(await open(product.client(ip), token), 200)
      const trusted = { band: 'trusted', decision: 'allowed' }
      return (await scrape(product)).value('guestguard_openings_total', trusted) === 1
    })
    expect((await scrape(product)).value('guestguard_openings_total', { band: 'unscored' })).toBeUndefined()
  })

  it('tell of openings that went on unscored, and of those scored later', async () => {
    const meters = new Meters()
    let place: Promise<null> = new Promise(() => undefined)
    const openings = countOpenings(
      createOpenings({
        commands: product.commands,
        lookup: () => place,
        rules: activeRules(product.commands, product.clock),
        budgetMs: 1,
        onOverrun: () => {
          meters.overruns.inc()
        },
      }),
      meters,
    )
    const link = product.tokens.verifyLink((await addGuest(host, eventId)).token)
    if (link === null) throw new Error('the link does not work')
    const visitor = { ip: '203.0.113.9', userAgent: null, fingerprint: null }
    const at = product.clock.now()
    const context = { actor: 'system:test', at, correlationId: 'test' } as const
    await openings.open(link, visitor, 'attempt-1', { ...context, commandId: commandIdOf('metrics', 'open') })
    place = Promise.resolve(null)
    const late = { ...context, commandId: commandIdOf('metrics', 'late') }
    await openings.scoreLate(link.eventId, link.guestId, 'attempt-1', late)
    const now = await readingOf(meters)
    expect(now.value('guestguard_scoring_budget_overruns_total')).toBe(1)
    expect(now.value('guestguard_openings_total', { band: 'unscored', decision: 'allowed' })).toBe(1)
    expect(now.value('guestguard_late_scores_total')).toBe(1)
  })

  it('show how far each read model is, and who writes it', async () => {
    await readModelsCaughtUp(product)
    const now = await scrape(product)
    const all = await product.projections.status()
    expect(all.length).toBeGreaterThan(3)
    for (const { name: projection } of all) {
      expect(now.value('guestguard_projection_lag_facts', { projection }), projection).toBe(0)
      expect(now.value('guestguard_projection_lag_seconds', { projection }), projection).toBe(0)
      expect(now.value('guestguard_projection_writer', { projection }), projection).toBe(1)
      expect(now.value('guestguard_projection_active', { projection }), projection).toBe(1)
      expect(now.value('guestguard_projection_facts_per_second', { projection })).toBeGreaterThan(0)
    }
  })

  it('count mails and the jobs that sent them', async () => {
    const { rsvpToken } = expectStatus(await open(product.client(), guest.token), 200)
    const answer = { answer: 'attending', partySize: 1 }
    expectStatus(await reply(product.client(), guest.token, rsvpToken, answer), 200)
    await until('the confirmation is sent and counted', async () => {
      const now = await scrape(product)
      return (
        now.value('guestguard_messages_total', { channel: 'email', outcome: 'sent' }) === 1 &&
        now.value('guestguard_job_runs_total', { queue: 'reply', outcome: 'completed' }) === 1
      )
    })
    const now = await scrape(product)
    expect(now.value('guestguard_processes_holder')).toBe(1)
    expect(now.value('guestguard_jobs', { queue: 'reply', state: 'failed' })).toBe(0)
    expect(now.value('guestguard_jobs_dead')).toBe(0)
    expect(now.value('guestguard_job_duration_seconds_count', { queue: 'reply' })).toBe(1)
  })

  it('count the open live feeds, and not the time they last', async () => {
    const feed = await connectLive(host.client, `/api/events/${eventId}/live`)
    await feed.atLeast(1)
    expect((await scrape(product)).value('guestguard_websocket_clients')).toBe(1)
    await feed.close()
    await until('the feed is gone', async () => {
      return (await scrape(product)).value('guestguard_websocket_clients') === 0
    })
    const live = { route: '/api/events/:eventId/live' }
    expect((await scrape(product)).value('guestguard_http_requests_total', live)).toBeUndefined()
  })

  it('describe the process and what runs in it', async () => {
    const now = await scrape(product)
    const build = { node: process.version, role: 'all', store: 'embedded' }
    expect(now.value('guestguard_build_info', build)).toBe(1)
    expect(now.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(now.value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  })

  it('name no person, event, link or address, whatever is asked for', async () => {
    const stranger = product.client()
    await stranger.get(`/nowhere/${guest.email}?q=${guest.token}`)
    await stranger.get(`/r/${guest.token}`)
    await stranger.get('/assets/app-0123abcd.js')
    await stranger.request('PROPFIND', '/whatever')
    const now = await scrape(product)
    expect(now.value('guestguard_http_requests_total', { route: 'none', status: '404' })).toBeGreaterThan(0)
    expect(now.value('guestguard_http_requests_total', { route: '/assets/*' })).toBe(1)
    for (const secret of [
      guest.email,
      'example.org',
      'Grace',
      eventId,
      guest.id,
      guest.token,
      host.id,
      '10.0.',
    ]) {
      expect(now.text).not.toContain(secret)
    }
    expect(now.text).not.toMatch(/[0-9A-HJKMNP-TV-Z]{26}/)
  })

  it('leave out what cannot be asked, count that, and show the rest', async () => {
    const meters = new Meters()
    const status = {
      name: 'guests',
      state: 'active',
      lag: { facts: 3, seconds: 2, exact: true },
      writer: true,
      deadLetters: { facts: 0, units: 0, firstError: null },
      rebuild: null,
    }
    let works = true
    const read = async () => {
      await readGauges(meters, {
        projections: {
          status: () =>
            works ? Promise.resolve([status as never]) : Promise.reject(new Error('no database')),
          rate: () => 1,
        },
        processes: null,
        liveClients: () => 2,
      })
      return readingOf(meters)
    }
    expect((await read()).value('guestguard_projection_lag_facts')).toBe(3)
    works = false
    const failed = await read()
    expect(failed.value('guestguard_projection_lag_facts')).toBeUndefined()
    expect(failed.value('guestguard_processes_holder')).toBe(0)
    expect(failed.value('guestguard_websocket_clients')).toBe(2)
    expect(failed.value('guestguard_scrape_failures_total', { part: 'projections' })).toBe(1)
  })
})
