import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { ThresholdsPreview } from '../../src/contracts/preview.ts'
import { guestStream } from '../../src/events/streams.ts'
import { commandIdOf, newId } from '../../src/kernel/ids.ts'
import { inParallel } from '../../src/kernel/parallel.ts'
import { open as opening, scoring } from '../commands/guest/scenario.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  readModelsCaughtUp,
  register,
  type TestHost,
} from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct
let host: TestHost
let event: EventView

beforeAll(async () => {
  product = await startTestProduct()
})
afterAll(async () => {
  await product.stop()
})
beforeEach(async () => {
  host = await register(product)
  event = await createEvent(host)
})

/** Opens a guest's link with rules that give this score. @returns the id of the opening */
async function openWith(guestId: string, score: number): Promise<string> {
  const attemptId = newId()
  const command = opening({ attemptId, at: product.clock.now(), policy: scoring(score) })
  const context = {
    commandId: commandIdOf(attemptId),
    actor: `guest:${guestId}` as const,
    at: product.clock.now(),
    correlationId: attemptId,
  }
  await product.commands.execute(guestDecider, guestStream(event.id, guestId), command, context)
  return attemptId
}

const pathOf = (query: string) => `/api/events/${event.id}/security/thresholds/preview?${query}`

async function ask(query: string): Promise<ThresholdsPreview> {
  await readModelsCaughtUp(product)
  return expectStatus(await host.client.get<ThresholdsPreview>(pathOf(query)), 200)
}

describe('the preview of other thresholds', () => {
  it('counts every opening so far, tells who would change band, and changes nothing', async () => {
    const ada = await addGuest(host, event.id, { name: 'Ada' })
    const bob = await addGuest(host, event.id, { name: 'Bob' })
    const eve = await addGuest(host, event.id, { name: 'Eve' })
    for (const score of [0, 20]) await openWith(ada.id, score)
    for (const score of [10, 65]) await openWith(bob.id, score)
    await openWith(eve.id, 90)

    const preview = await ask('medium=15&high=40&block=60')
    expect(preview).toMatchObject({
      current: {
        thresholds: { medium: 30, high: 60, block: 85 },
        version: 0,
        counts: { low: 3, medium: 0, high: 1, block: 1 },
      },
      proposed: {
        thresholds: { medium: 15, high: 40, block: 60 },
        counts: { low: 2, medium: 1, high: 0, block: 2 },
      },
      moved: [
        { from: 'low', to: 'medium', count: 1 },
        { from: 'high', to: 'block', count: 1 },
      ],
      guests: {
        total: 2,
        items: [
          { id: bob.id, name: 'Bob', from: 'high', to: 'block', score: 65 },
          { id: ada.id, name: 'Ada', from: 'low', to: 'medium', score: 20 },
        ],
        nextCursor: null,
      },
      total: 5,
      unscored: 0,
      allowlisted: 0,
      suggestion: null,
      rules: [{ id: 'test', openings: 5 }],
      source: 'fold',
    })
    expect(BigInt(preview.range.to ?? 0)).toBeGreaterThan(BigInt(preview.range.from ?? 0))
    expect(await ask('medium=15&high=40&block=60')).toEqual(preview)
  })

  it('is the same from what is kept and from the stream', async () => {
    const [ada, bob] = [await addGuest(host, event.id, { name: 'Ada' }), await addGuest(host, event.id)]
    const attempts = await inParallel([5, 35, 65, 95], 1, (score) => openWith(ada.id, score))
    await openWith(bob.id, 50)
    const feedback = `/api/events/${event.id}/access-logs/${attempts[3] ?? ''}/feedback`
    await readModelsCaughtUp(product)
    expectStatus(await host.client.post(feedback, { verdict: 'suspicious' }), 200)
    expectStatus(await host.client.post(feedback, { verdict: 'legitimate' }), 200)
    for (const query of [
      'medium=1&high=2&block=3',
      'medium=30&high=60&block=85',
      'medium=40&high=70&block=99',
    ]) {
      const { source, ...kept } = await ask(query)
      const replayed = await ask(`${query}&source=replay`)
      expect([source, replayed.source]).toEqual(['fold', 'replay'])
      expect({ ...replayed, source }).toEqual({ ...kept, source })
      expect(kept.total).toBe(5)
    }
  })

  it('of an event that nobody opened is empty, and the same both ways', async () => {
    const { source: _kept, ...kept } = await ask('medium=1&high=2&block=3')
    const { source: _replayed, ...replayed } = await ask('medium=1&high=2&block=3&source=replay')
    expect(kept).toMatchObject({
      total: 0,
      moved: [],
      guests: { total: 0, items: [] },
      range: { from: null, to: null },
    })
    expect(replayed).toEqual(kept)
  })

  it('counts a verdict as soon as the host has given it, and offers thresholds once there are enough', async () => {
    const ada = await addGuest(host, event.id)
    const judge = async (score: number, verdict: 'legitimate' | 'suspicious') => {
      const attemptId = await openWith(ada.id, score)
      await readModelsCaughtUp(product)
      const path = `/api/events/${event.id}/access-logs/${attemptId}/feedback`
      const answer = await host.client.post(path, { verdict })
      expectStatus(answer, 200)
      return answer.headers.get('gg-position') ?? ''
    }
    let position = ''
    for (let n = 0; n < 10; n++) {
      await judge(10, 'legitimate')
      position = await judge(50, 'suspicious')
    }
    const answer = await host.client.get<ThresholdsPreview>(pathOf('medium=20&high=40&block=80'), {
      'gg-min-position': position,
    })
    const { verdicts, proposed, suggestion } = expectStatus(answer, 200)
    expect(verdicts).toEqual({
      legitimate: { low: 10, medium: 0, high: 0, block: 0 },
      suspicious: { low: 0, medium: 0, high: 10, block: 0 },
    })
    expect(proposed.fit).toMatchObject({ precision: 1, recall: 1, falseAlarms: 0 })
    expect(suggestion).toMatchObject({ legitimate: 10, suspicious: 10, fit: { caught: 10, falseAlarms: 0 } })
  })

  it('counts the history under the thresholds of today', async () => {
    const ada = await addGuest(host, event.id)
    await openWith(ada.id, 50)
    const thresholds = { medium: 10, high: 20, block: 30 }
    expectStatus(
      await host.client.request('PUT', `/api/events/${event.id}/security/thresholds`, { json: thresholds }),
      200,
    )
    expect((await ask('medium=30&high=60&block=85')).current).toMatchObject({
      thresholds,
      version: 1,
      counts: { low: 0, medium: 0, high: 0, block: 1 },
    })
  })

  it('lists guests who can still open their link, a page at a time, and keeps counting the others', async () => {
    const guests = await inParallel([...Array(54).keys()], 8, () => addGuest(host, event.id))
    await inParallel(guests, 8, ({ id }, n) => openWith(id, n < 4 ? 100 : 70))
    const gone = guests.slice(0, 2).map(({ id }) => id)
    expectStatus(await host.client.delete(`/api/events/${event.id}/guests/${gone[0] ?? ''}`), 204)
    expectStatus(await host.client.post(`/api/events/${event.id}/guests/${gone[1] ?? ''}/forget`), 204)

    // Those with 100 stay blocked, and fifty are exactly a page.
    const staying = await ask('medium=1&high=98&block=99')
    expect(staying.moved).toEqual([{ from: 'high', to: 'medium', count: 50 }])
    expect(staying.guests).toMatchObject({ total: 50, nextCursor: null })
    expect(staying.guests.items).toHaveLength(50)

    const moving = await ask('medium=80&high=90&block=100')
    expect(moving.moved.map(({ count }) => count)).toEqual([50, 4])
    expect(moving.guests.total).toBe(52)
    expect(moving.guests.items.slice(0, 3).map(({ score }) => score)).toEqual([100, 100, 70])
    const next = `medium=80&high=90&block=100&cursor=${encodeURIComponent(moving.guests.nextCursor ?? '')}`
    const rest = await ask(next)
    expect(rest.guests).toMatchObject({ total: 52, nextCursor: null })
    const ids = [...moving.guests.items, ...rest.guests.items].map(({ id }) => id)
    expect(ids.toSorted()).toEqual(
      guests
        .map(({ id }) => id)
        .filter((id) => !gone.includes(id))
        .toSorted(),
    )
    expect((await ask(`${next}&source=replay`)).guests).toEqual(rest.guests)
  })
})

describe('what is refused', () => {
  it.each([
    ['medium=60&high=30&block=85', 'high must be above medium.'],
    ['medium=30&high=60&block=60', 'block must be above high.'],
    ['medium=1.5&high=60&block=85', 'medium takes a whole number from 0 to 100.'],
    ['medium=NaN&high=60&block=85', 'medium takes a whole number from 0 to 100.'],
    ['medium=1&high=2&block=1e9', 'block takes a whole number from 0 to 100.'],
    ['medium=1&high=2&block=1000000000', 'block takes a whole number from 0 to 100.'],
    ['medium=-1&high=60&block=85', 'medium takes a whole number from 0 to 100.'],
    ['medium=1&high=0x10&block=85', 'high takes a whole number from 0 to 100.'],
    ['medium=1&high=&block=85', 'high takes a whole number from 0 to 100.'],
    ['medium=1&high=2', 'block takes a whole number from 0 to 100.'],
  ])('%s, with a sentence', async (query, detail) => {
    const answer = await host.client.get<Problem>(pathOf(query))
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'bad_thresholds', detail })
    expect(answer.body.errors).toHaveLength(1)
  })

  it.each(['source=other', 'cursor=strange', 'frobnicate=1', 'medium=2'])('a strange %s', async (more) => {
    const answer = await host.client.get<Problem>(pathOf(`medium=1&high=2&block=3&${more}`))
    expect(answer.status).toBe(400)
  })

  it('whoever has nothing to do with the event', async () => {
    const query = 'medium=1&high=2&block=3'
    const outsider = await register(product)
    expect((await outsider.client.get(pathOf(query))).status).toBe(404)
    expect((await product.client().get(pathOf(query))).status).toBe(401)
  })

  it('a host who has the stream read again and again, while what is kept goes on answering', async () => {
    const query = 'medium=1&high=2&block=3'
    const statuses = await inParallel([...Array(12).keys()], 1, async () => {
      const { status } = await host.client.get(pathOf(`${query}&source=replay`))
      return status
    })
    expect(statuses.filter((status) => status === 429)).toHaveLength(2)
    expect((await host.client.get(pathOf(query))).status).toBe(200)
  })
})
