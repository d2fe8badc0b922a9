import {
  type AllStreamSubscription,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Filter,
  jsonEvent,
  START,
  streamNameFilter,
  type StreamSubscription,
  StreamDeletedError,
  UnavailableError,
} from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { newName, numbered, numbersIn, withClient, withServer } from './client.ts'

const server = withServer()
const client = withClient(server)

const subscriptions: (AllStreamSubscription | StreamSubscription)[] = []
afterEach(async () => {
  for (const subscription of subscriptions.splice(0)) {
    await subscription.unsubscribe()
    subscription.destroy()
  }
})

/** Notes what happens to a subscription, in order. */
function watch(subscription: AllStreamSubscription | StreamSubscription) {
  subscriptions.push(subscription)
  const events: Parameters<typeof numbersIn>[0][number][] = []
  const told: string[] = []
  for (const name of ['confirmation', 'caughtUp', 'fellBehind', 'end'] as const) {
    subscription.on(name as 'end', () => told.push(name))
  }
  const failed = new Promise<unknown>((resolve) => subscription.on('error', resolve))
  subscription.on('data', (event: (typeof events)[number]) => events.push(event))
  return { events, told, failed, numbers: () => numbersIn(events) }
}

describe('a subscription to a stream', () => {
  it('is confirmed, delivers what is there, has caught up, and goes on live', async () => {
    const stream = newName()
    await client().appendToStream(stream, numbered(3))
    const { told, numbers } = watch(client().subscribeToStream(stream))
    await expect.poll(() => told).toEqual(['confirmation', 'caughtUp'])
    await client().appendToStream(stream, numbered(2, 3))
    await expect.poll(numbers).toEqual([0, 1, 2, 3, 4])
  })

  it('begins after a revision, at the end, or before there is a stream', async () => {
    const stream = newName()
    const early = watch(client().subscribeToStream(stream))
    await expect.poll(() => early.told).toContain('caughtUp')
    await client().appendToStream(stream, numbered(4))
    const after = watch(client().subscribeToStream(stream, { fromRevision: 1n }))
    const late = watch(client().subscribeToStream(stream, { fromRevision: END }))
    await expect.poll(() => late.told).toContain('caughtUp')
    await client().appendToStream(stream, numbered(1, 4))
    await expect.poll(early.numbers).toEqual([0, 1, 2, 3, 4])
    await expect.poll(after.numbers).toEqual([2, 3, 4])
    await expect.poll(late.numbers).toEqual([4])
  })

  it('follows the links of a category', async () => {
    const category = newName().split('-')[0] ?? ''
    const { numbers } = watch(client().subscribeToStream(`$ce-${category}`, { resolveLinkTos: true }))
    await client().appendToStream(newName(category), numbered(2))
    await client().appendToStream(newName(category), numbered(1, 2))
    await expect.poll(numbers).toEqual([0, 1, 2])
  })

  it('fails for a stream that was tombstoned', async () => {
    const stream = newName()
    await client().tombstoneStream(stream)
    expect(await watch(client().subscribeToStream(stream)).failed).toBeInstanceOf(StreamDeletedError)
  })
})

describe('a subscription to $all', () => {
  const filtered = (filter: Filter) => watch(client().subscribeToAll({ fromPosition: START, filter }))

  it('delivers everything, links and records of the server among it, and leaves out what was before its position', async () => {
    const stream = newName()
    const { position } = await client().appendToStream(stream, numbered(1))
    const after = watch(client().subscribeToAll({ fromPosition: position ?? END }))
    const whole = watch(client().subscribeToAll())
    await client().appendToStream(stream, numbered(20, 1))
    const types = (of: typeof whole) =>
      of.events.map(({ event }) => (event as { type?: string } | undefined)?.type)
    await expect.poll(() => types(whole).filter((type) => type === '$>').length).toBeGreaterThan(20)
    await expect.poll(() => types(after).filter((type) => type === 'Counted')).toHaveLength(20)
    expect(types(whole)).toContain('$statsCollected')
  })

  it('is filtered by stream or type, by prefixes or a regular expression', async () => {
    const own = `f${newName().slice(1, 9)}`
    await client().appendToStream(`${own}a-1`, [jsonEvent({ type: `${own}X`, data: { n: 1 } })])
    await client().appendToStream(`${own}b-1`, [jsonEvent({ type: `${own}Y`, data: { n: 2 } })])
    await client().appendToStream(`${own}c-1`, [jsonEvent({ type: `${own}XX`, data: { n: 3 } })])
    const found = {
      'stream prefixes': filtered(streamNameFilter({ prefixes: [`${own}a`, `${own}b-`] })),
      'stream regex': filtered(streamNameFilter({ regex: `^${own}[bc]-` })),
      'type prefixes': filtered(eventTypeFilter({ prefixes: [`${own}X`] })),
      'type regex': filtered(eventTypeFilter({ regex: `^${own}(X|Y)$` })),
    }
    await expect
      .poll(() => Object.fromEntries(Object.entries(found).map(([by, { numbers }]) => [by, numbers()])))
      .toEqual({
        'stream prefixes': [1, 2],
        'stream regex': [2, 3],
        'type prefixes': [1, 3],
        'type regex': [1, 2],
      })
    const none = filtered(eventTypeFilter({ regex: '[' }))
    expect(await none.failed).toMatchObject({
      message: expect.stringContaining('regular expression') as string,
    })
  })

  it('tells checkpoints as often as it was asked to, and one at the end of the history that stays behind', async () => {
    await client().appendToStream(newName(), numbered(100))
    const [last] = server().log.records.slice(-1)
    const reached: bigint[] = []
    const filter = streamNameFilter({
      prefixes: ['never'],
      maxSearchWindow: 10,
      checkpointInterval: 2,
      checkpointReached: (_, { commit }) => {
        reached.push(commit)
      },
    })
    const { told, events } = filtered(filter)
    await expect.poll(() => told).toContain('caughtUp')
    expect(reached.length).toBeGreaterThanOrEqual(Math.floor(server().log.records.length / 20) - 1)
    expect(reached).toEqual([...reached].sort((a, b) => Number(a - b)))
    expect(reached.at(-1)).toBeLessThan(last?.position ?? 0n)
    expect(events).toEqual([])
  })

  it('falls behind a consumer that stops, and catches up when it goes on', async () => {
    const stream = newName()
    const subscription = client().subscribeToAll({ fromPosition: END, filter: excludeSystemEvents() })
    const { told, numbers } = watch(subscription)
    await expect.poll(() => told).toContain('caughtUp')
    subscription.pause()
    for (let n = 0; n < 12_000; n += 1_000) await client().appendToStream(stream, numbered(1_000, n))
    subscription.resume()
    await expect.poll(() => numbers().length, { timeout: 10_000 }).toBe(12_000)
    await expect.poll(() => told.slice(-2)).toEqual(['fellBehind', 'caughtUp'])
  })

  it('can be dropped without an error, as by a server that goes down, and by a cut', async () => {
    for (const how of ['quietly', 'unavailable', 'cut'] as const) {
      const { told, failed } = watch(client().subscribeToAll({ fromPosition: END }))
      await expect.poll(() => told).toContain('caughtUp')
      if (how === 'cut') server().cut()
      else server().dropSubscriptions(how)
      if (how === 'quietly') await expect.poll(() => told).toContain('end')
      else expect(await failed).toBeInstanceOf(UnavailableError)
    }
  })
})
