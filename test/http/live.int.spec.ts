import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { hostDecider } from '../../src/commands/host/decider.ts'
import type { ActivityItem, activityPage } from '../../src/contracts/activity.ts'
import type { EventView } from '../../src/contracts/events.ts'
import { hostStream } from '../../src/events/streams.ts'
import { newId } from '../../src/kernel/ids.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'
import { connectLive, HandshakeRefused, type LiveFeed } from '../support/live-feed.ts'
import {
  addGuest,
  answer,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

type ActivityPage = z.infer<typeof activityPage>

let product: TestProduct
let host: TestHost
let event: EventView
let guest: TestGuest
const feeds: LiveFeed[] = []

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
})

afterAll(async () => {
  await Promise.all(feeds.map((feed) => feed.close()))
  await product.stop()
})

beforeEach(async () => {
  event = await createEvent(host)
  guest = await addGuest(host, event.id, { name: 'Grace Hopper' })
})

async function page(query = ''): Promise<ActivityPage> {
  await readModelsCaughtUp(product)
  return expectStatus(await host.client.get<ActivityPage>(`/api/events/${event.id}/activity${query}`), 200)
}

async function connect(query = '', client = host.client, headers = {}): Promise<LiveFeed> {
  const feed = await connectLive(client, `/api/events/${event.id}/live${query}`, headers)
  feeds.push(feed)
  return feed
}

const refusal = (connecting: Promise<unknown>): Promise<unknown> =>
  connecting.then(
    () => 'connected',
    (error: unknown) => (error instanceof HandshakeRefused ? error.status : error),
  )

const openTimes = async (times: number) => {
  for (let count = 0; count < times; count++) expectStatus(await open(product.client(), guest.token), 200)
}

const positions = (items: readonly ActivityItem[]) => items.map(({ position }) => position)

describe('the activity of an event', () => {
  it('has openings and answers, the newest first, in sentences', async () => {
    const other = await addGuest(host, event.id, { name: 'Alan Turing', plusOnesAllowed: 1 })
    await answer(product.client(), guest.token)
    await answer(product.client(), other.token, { answer: 'attending', partySize: 2 })
    const { items, nextCursor } = await page()

    expect(items.map(({ kind, sentence }) => [kind, sentence])).toEqual([
      ['rsvp', 'Alan Turing accepted, party of 2'],
      ['opening', 'Alan Turing opened the invitation'],
      ['rsvp', 'Grace Hopper accepted'],
      ['opening', 'Grace Hopper opened the invitation'],
    ])
    expect(nextCursor).toBeNull()
    const ofAlan = await page(`?guest=${other.id}`)
    expect(ofAlan.items.map(({ guest }) => guest?.name)).toEqual(['Alan Turing', 'Alan Turing'])
  })

  it('is read page by page while more happens, and nothing is left out or shown twice', async () => {
    await openTimes(5)
    const all = (await page()).items
    const first = await page('?limit=2')
    await openTimes(2)
    const second = await page(`?limit=2&cursor=${first.nextCursor ?? ''}`)
    const third = await page(`?limit=2&cursor=${second.nextCursor ?? ''}`)
    const read = [...first.items, ...second.items, ...third.items]
    expect(positions(read)).toEqual(positions(all))
    expect(third.nextCursor).toBeNull()
  })

  it('is not that of another event', async () => {
    const other = await createEvent(host)
    await openTimes(1)
    const path = `/api/events/${other.id}/activity`
    expect((await host.client.get<ActivityPage>(path)).body).toMatchObject({ items: [], head: '0' })
  })
})

describe('the live feed', () => {
  it('tells first what was missed, then that it caught up, then what happens', async () => {
    await openTimes(1)
    const { head } = await page()
    await openTimes(2)
    await readModelsCaughtUp(product)

    const feed = await connect(`?after=${head}`)
    const caughtUp = await feed.atLeast(3)
    expect(caughtUp.map(({ type }) => type)).toEqual(['item', 'item', 'caught_up'])

    await openTimes(1)
    await feed.atLeast(4)
    const { items } = await page('?limit=3')
    expect(feed.items()).toEqual(items.toReversed())
  })

  it('without a position begins with what happens next', async () => {
    await openTimes(2)
    await readModelsCaughtUp(product)
    const feed = await connect()
    expect((await feed.atLeast(1)).map(({ type }) => type)).toEqual(['caught_up'])
    await openTimes(1)
    await feed.atLeast(2)
    expect(feed.items()).toHaveLength(1)
  })

  it('connected again and again misses nothing and tells nothing twice', async () => {
    const { head } = await page()
    const working = openTimes(40)
    const told: ActivityItem[] = []
    let after = head
    for (let round = 0; told.length < 40 && round < 400; round++) {
      const feed = await connectLive(host.client, `/api/events/${event.id}/live?after=${after}`)
      await feed.atLeast(2)
      await feed.close()
      told.push(...feed.items())
      after = feed.items().at(-1)?.position ?? after
    }
    await working
    const { items } = await page()
    expect(positions(told)).toEqual(positions(items.toReversed()))
  })

  it('tells many listeners at once, each only of its own event', async () => {
    const { head } = await page()
    const other = await createEvent(host)
    const listeners = await Promise.all(Array.from({ length: 5 }, () => connect(`?after=${head}`)))
    const elsewhere = await connectLive(host.client, `/api/events/${other.id}/live`)
    feeds.push(elsewhere)
    await Promise.all(
      Array.from({ length: 15 }, async () => {
        expectStatus(await open(product.client(), guest.token), 200)
      }),
    )
    await Promise.all(listeners.map((feed) => feed.atLeast(16)))
    const expected = positions((await page()).items.toReversed())
    for (const feed of listeners) expect(positions(feed.items())).toEqual(expected)
    expect(elsewhere.items()).toEqual([])
  })

  it('sends someone who missed very much back to the list', async () => {
    // Sixty openings an hour are the most one link takes: many guests make the history long.
    const rows = Array.from({ length: 600 }, (_, at) => `G${String(at)},g${String(at)}@example.org`)
    const imported = await host.client.request('POST', `/api/events/${event.id}/guests/import`, {
      body: ['name,email', ...rows].join('\n'),
      headers: { 'content-type': 'text/csv' },
    })
    expect(imported.status).toBe(200)
    await readModelsCaughtUp(product)
    const links = await product.projections.queries.guests.listLinks(event.id)
    const tokens = links.map(({ guestId, linkVersion }) =>
      product.tokens.issueLink({ eventId: event.id, guestId, version: linkVersion }),
    )
    const visitor = product.client()
    for (let at = 0; at < 1_100; at += 50) {
      const some = Array.from({ length: 50 }, (_, next) => tokens[(at + next) % tokens.length] ?? '')
      for (const one of await Promise.all(some.map((token) => open(visitor, token)))) expectStatus(one, 200)
    }
    await readModelsCaughtUp(product)
    const feed = await connect('?after=0')
    const messages = await feed.atLeast(1_002)
    expect(messages.slice(-2)).toEqual([
      { type: 'reset' },
      { type: 'caught_up', position: (await page()).head },
    ])
    await openTimes(1)
    expect((await feed.atLeast(messages.length + 1)).at(-1)?.type).toBe('item')
  })

  it('is refused to strangers, to other hosts and to pages of other sites', async () => {
    const outsider = await register(product)
    expect(await refusal(connect('', product.client()))).toBe(401)
    expect(await refusal(connect('', outsider.client))).toBe(404)
    expect(await refusal(connect('', host.client, { origin: 'https://evil.example' }))).toBe(403)
    expect(await refusal(connect('?after=x'))).toBe(400)
    expect(await refusal(connect('?after=9999999999999999999'))).toBe(400)
    expect(await refusal(connect('', host.client, { origin: product.url }))).toBe('connected')
  })

  it.each<[string, (host: TestHost) => Promise<unknown>]>([
    ['signed out', ({ client }) => client.post('/api/auth/logout')],
    [
      'was locked out by a new password',
      ({ id: hostId }) => {
        const command = { kind: 'change_password', passwordHash: 'other', reason: 'reset' } as const
        const at = product.clock.now() + MINUTE
        const context = { commandId: newId(), actor: 'system:test', at, correlationId: 'test' } as const
        return product.commands.execute(hostDecider, hostStream(hostId), command, context)
      },
    ],
  ])('ends, at the next ping, for a host who %s, and for nobody else', async (_why, leave) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const leaver = await register(product)
      const theirs = await createEvent(leaver)
      const left = await connectLive(leaver.client, `/api/events/${theirs.id}/live`)
      feeds.push(left)
      const stays = await connect()
      await Promise.all([left.atLeast(1), stays.atLeast(1)])
      await leave(leaver)
      vi.advanceTimersByTime(25 * SECOND)
      expect(await left.closed).toBe(1008)
      await openTimes(1)
      expect((await stays.atLeast(2)).at(-1)).toMatchObject({ type: 'item' })
    } finally {
      vi.useRealTimers()
    }
  })

  it('asked for without a WebSocket says so', async () => {
    const plain = await host.client.get(`/api/events/${event.id}/live`)
    expect([plain.status, plain.body]).toEqual([400, expect.objectContaining({ code: 'websocket_required' })])
  })
})
