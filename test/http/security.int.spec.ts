import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import type { z } from 'zod'
import type { ActivityItem, activityPage } from '../../src/contracts/activity.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import type { ThresholdsPreview } from '../../src/contracts/preview.ts'
import type { FeedbackItem, ThresholdsView } from '../../src/contracts/security.ts'
import { guestStream } from '../../src/events/streams.ts'
import { commandIdOf, newId } from '../../src/kernel/ids.ts'
import { DEFAULT_THRESHOLDS } from '../../src/scoring/bands.ts'
import type { Answer } from '../support/client.ts'
import { open as opening, scoring } from '../commands/guest/scenario.ts'
import type { GuestCommand } from '../../src/commands/guest/commands.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  readModelsCaughtUp,
  register,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct
let host: TestHost
let event: EventView
let guest: TestGuest

beforeAll(async () => {
  product = await startTestProduct()
})
afterAll(async () => {
  await product.stop()
})
beforeEach(async () => {
  host = await register(product)
  event = await createEvent(host)
  guest = await addGuest(host, event.id)
})

const pathOf = (rest: string) => `/api/events/${event.id}${rest === '' ? '' : `/${rest}`}`

async function read<T>(rest: string, client = host.client): Promise<T> {
  await readModelsCaughtUp(product)
  return expectStatus(await client.get<T>(pathOf(rest)), 200)
}

async function carryOut(command: GuestCommand): Promise<void> {
  const commandId = commandIdOf(newId())
  const context = { commandId, actor: 'system:test' as const, at: product.clock.now(), correlationId: 'test' }
  await product.commands.execute(guestDecider, guestStream(event.id, guest.id), command, context)
}

/** Opens the guest's link with rules that give this score. @returns the id of the opening */
async function openWith(score: number): Promise<string> {
  const attemptId = newId()
  await carryOut(opening({ attemptId, at: product.clock.now(), policy: scoring(score) }))
  return attemptId
}

/** The opening as the monitor shows it. */
async function seen(attemptId: string): Promise<ActivityItem | undefined> {
  const { items } = await read<{ items: ActivityItem[] }>('activity')
  return items.find(({ id }) => id === attemptId)
}

async function recorded(type: string): Promise<number> {
  const slice = await product.store.readStream(guestStream(event.id, guest.id))
  return slice.exists ? slice.records.filter((record) => record.type === type).length : 0
}

describe('the thresholds of an event', () => {
  const put = (thresholds: object, headers: Record<string, string> = {}) =>
    host.client.request<ThresholdsView & Problem>('PUT', pathOf('security/thresholds'), {
      json: thresholds,
      headers,
    })
  const etag = async () => (await host.client.get(pathOf('security/thresholds'))).headers.get('etag') ?? ''

  it('are not changed by an editor who saw others, and the newest tell which they are', async () => {
    const seen = await etag()
    const mine = await put({ medium: 20, high: 50, block: 80 }, { 'if-match': seen })
    expect(expectStatus(mine, 200)).toMatchObject({ medium: 20, version: 1 })
    const now = mine.headers.get('etag') ?? ''
    expect([now !== seen, await etag()]).toEqual([true, now])

    const late = await put({ medium: 10, high: 40, block: 70 }, { 'if-match': seen })
    expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile'])
    expect(late.headers.get('content-type')).toContain('application/problem+json')
    expect(await read('security/thresholds')).toMatchObject({ medium: 20, high: 50, block: 80 })
    expectStatus(await put({ medium: 10, high: 40, block: 70 }, { 'if-match': now }), 200)
  })

  it('are changed by who does not name a version, and once by who asks twice', async () => {
    const seen = await etag()
    const headers = { 'if-match': seen, 'idempotency-key': 'change-once' }
    const first = expectStatus(await put({ medium: 20, high: 50, block: 80 }, headers), 200)
    expect(expectStatus(await put({ medium: 20, high: 50, block: 80 }, headers), 200)).toEqual(first)
    expect(expectStatus(await put({ medium: 25, high: 50, block: 80 }), 200).version).toBe(2)
  })
})

describe('a verdict', () => {
  const feedback = (attemptId: string) => pathOf(`access-logs/${attemptId}/feedback`)
  const verdicts = async () => (await read<{ items: FeedbackItem[] }>('security/feedback')).items
  const preview = () => read<ThresholdsPreview>('security/thresholds/preview?medium=30&high=60&block=85')

  it('"legitimate" clears the opening from the risk of the guest, until it is taken back', async () => {
    await openWith(12)
    const stopped = await openWith(95)
    const risk = async () => (await read<{ risk: string | null }>(`guests/${guest.id}`)).risk
    expect(await risk()).toBe('block')
    await host.client.post(feedback(stopped), { verdict: 'legitimate' })
    expect(await risk()).toBe('low')
    await host.client.post(feedback(stopped), { verdict: 'suspicious' })
    expect(await risk()).toBe('block')
  })

  it('can be taken back: counts, list and monitor follow, and what was said is kept', async () => {
    const attemptId = await openWith(70)
    expectStatus(
      await host.client.post(feedback(attemptId), { verdict: 'suspicious', note: 'Not her.' }),
      200,
    )
    expect((await preview()).verdicts.suspicious.high).toBe(1)
    expect(await seen(attemptId)).toMatchObject({ verdict: 'suspicious', verdictNote: 'Not her.' })

    product.clock.advance(60_000)
    const taken = await host.client.delete(feedback(attemptId))
    expect(taken.status).toBe(204)
    expect(Number(taken.headers.get('gg-position'))).toBeGreaterThan(0)

    expect((await preview()).verdicts.suspicious.high).toBe(0)
    expect(await seen(attemptId)).toMatchObject({ verdict: null, verdictNote: null })
    const by = `host:${host.id}`
    expect(await verdicts()).toEqual([
      expect.objectContaining({
        attemptId,
        verdict: null,
        note: null,
        by,
        at: new Date(product.clock.now()).toISOString(),
        history: [{ verdict: 'suspicious', at: new Date(product.clock.now() - 60_000).toISOString(), by }],
      }),
    ])
  })

  it('counts the same from what is kept and from the stream, also after it was taken back', async () => {
    for (const score of [10, 70, 90]) {
      const attemptId = await openWith(score)
      expectStatus(await host.client.post(feedback(attemptId), { verdict: 'legitimate' }), 200)
      if (score > 10) expect((await host.client.delete(feedback(attemptId))).status).toBe(204)
    }
    const { source: _kept, ...kept } = await preview()
    const query = 'security/thresholds/preview?medium=30&high=60&block=85&source=replay'
    const { source: _replayed, ...replayed } = await read<ThresholdsPreview>(query)
    expect(replayed).toEqual(kept)
    expect(kept.verdicts.legitimate).toEqual({ low: 1, medium: 0, high: 0, block: 0 })
  })

  it('that says the same again records nothing new', async () => {
    const attemptId = await openWith(70)
    for (const note of ['Not her.', 'Not her.', 'Somebody else.'])
      expectStatus(await host.client.post(feedback(attemptId), { verdict: 'suspicious', note }), 200)
    expect(await recorded('VerdictGiven')).toBe(2)
    for (let tries = 0; tries < 2; tries++)
      expect((await host.client.delete(feedback(attemptId))).status).toBe(204)
    expect(await recorded('VerdictWithdrawn')).toBe(1)
  })

  it('of another host’s opening is not found', async () => {
    const attemptId = await openWith(70)
    const other = await register(product)
    const theirs = await createEvent(other)
    expect((await other.client.delete(feedback(attemptId))).status).toBe(404)
    const crossed = `/api/events/${theirs.id}/access-logs/${attemptId}/feedback`
    expect((await other.client.delete(crossed)).status).toBe(404)
    expect((await product.client().delete(feedback(attemptId))).status).toBe(401)
    expect((await host.client.delete(feedback(newId()))).status).toBe(404)
  })
})

describe('the openings that wait for a verdict', () => {
  type Waiting = z.infer<typeof activityPage>
  const path = (query = '') => pathOf(`activity?awaiting=verdict${query}`)
  const idsOf = ({ items }: Waiting) => items.map(({ id }) => id)
  const judge = (attemptId: string) =>
    host.client.post(pathOf(`access-logs/${attemptId}/feedback`), { verdict: 'legitimate' })

  it('are all there, however much happened since, page by page and with their number', async () => {
    const [first, second, third] = [await openWith(70), await openWith(90), await openWith(65)]
    for (let count = 0; count < 55; count++) await openWith(10)
    expect((await read<Waiting>('activity')).items.every(({ band }) => band === 'low')).toBe(true)

    const newest = await read<Waiting>('activity?awaiting=verdict&limit=2')
    expect([idsOf(newest), newest.waiting]).toEqual([[third, second], 3])
    const rest = await read<Waiting>(
      `activity?awaiting=verdict&limit=2&cursor=${newest.nextCursor ?? 'missing'}`,
    )
    expect([idsOf(rest), rest.waiting, rest.nextCursor]).toEqual([[first], 3, null])
  })

  it('know of a verdict as soon as it is given, and as soon as it is taken back', async () => {
    const [early, late] = [await openWith(70), await openWith(90)]
    await readModelsCaughtUp(product)
    const after = async (answer: Answer<unknown>) => {
      const headers = { 'gg-min-position': answer.headers.get('gg-position') ?? '' }
      const read = await host.client.get<Waiting>(path(), headers)
      expect(read.headers.get('gg-stale')).toBeNull()
      return expectStatus(read, 200)
    }
    const judged = await after(await judge(late))
    expect([idsOf(judged), judged.waiting]).toEqual([[early], 1])
    const again = await after(await host.client.delete(pathOf(`access-logs/${late}/feedback`)))
    expect([idsOf(again), again.waiting]).toEqual([[late, early], 2])
  })

  it('are those of this event and shown to who may see it; nothing else can be awaited', async () => {
    await openWith(70)
    const other = await register(product)
    const theirs = await createEvent(other)
    await readModelsCaughtUp(product)
    const elsewhere = await other.client.get(`/api/events/${theirs.id}/activity?awaiting=verdict`)
    expect(elsewhere.body).toMatchObject({ items: [], waiting: 0 })
    const refusals = await Promise.all([
      other.client.get(path()),
      product.client().get(path()),
      host.client.get(pathOf('activity?awaiting=answer')),
      host.client.get(path('&cursor=W10')),
    ])
    expect(refusals.map(({ status }) => status)).toEqual([404, 401, 400, 400])
  })
})

describe('an opening that is scored again', () => {
  it('changes what its guest is taken for, wherever that is shown, and not what was decided', async () => {
    const attemptId = await openWith(90)
    await carryOut({
      kind: 'rescore',
      attemptId,
      score: { ruleSet: 'v2', score: 24, subScores: {}, reasons: [] },
      thresholds: DEFAULT_THRESHOLDS,
      thresholdsVersion: 0,
    })
    const calm = { risk: 'low', riskLabel: 'Verified', riskScore: 24 }
    expect(await read<GuestView>(`guests/${guest.id}`)).toMatchObject(calm)
    const list = async (risk: string) => {
      const { items, counts } = await read<{ items: GuestView[]; counts: { all: number } }>(
        `guests?risk=${risk}`,
      )
      expect(items.map(({ id }) => id)).toHaveLength(counts.all)
      return items
    }
    expect(await list('block')).toEqual([])
    expect(await list('low')).toMatchObject([calm])
    expect((await read<EventView>('')).counts.flagged).toBe(0)
    expect(await seen(attemptId)).toMatchObject({
      score: 24,
      decision: 'blocked',
      before: { score: 90, band: 'block' },
    })
  })
})
