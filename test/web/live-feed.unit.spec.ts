import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { announcer } from '../../web/src/features/live/announcer.ts'
import {
  addOlder,
  caughtUp,
  emptyFeed,
  keptAtMost,
  receive,
  release,
  startFeed,
} from '../../web/src/features/live/live-feed.ts'
import { filtered } from '../../web/src/features/live/live-filter.ts'
import { signalWord } from '../../web/src/features/live/signal-word.ts'
import { openingItem } from './opening-item.ts'

const item = (position: number, change: Partial<ActivityItem> = {}): ActivityItem =>
  openingItem({ id: `attempt-${String(position)}`, position: String(position), ...change })
const positions = (items: readonly ActivityItem[]) => items.map(({ position }) => Number(position))

describe('the live feed', () => {
  it('shows the newest first', () => {
    const feed = receive(startFeed([item(2), item(1)], '2'), item(3), false)
    expect(positions(feed.shown)).toEqual([3, 2, 1])
    expect(feed.position).toBe('3')
  })

  it('holds new items back while the reader must not be disturbed, and shows them when released', () => {
    const held = receive(receive(startFeed([item(1)], '1'), item(2), true), item(3), true)
    expect(positions(held.shown)).toEqual([1])
    expect(positions(held.waiting)).toEqual([3, 2])
    const released = release(held)
    expect(positions(released.shown)).toEqual([3, 2, 1])
    expect(released.waiting).toEqual([])
  })

  it('shows an item once, however often it is sent', () => {
    const once = receive(startFeed([item(1)], '1'), item(2), false)
    expect(receive(once, item(2), false).shown).toHaveLength(2)
    const waiting = receive(once, item(3), true)
    expect(receive(waiting, item(3), true).waiting).toHaveLength(1)
  })

  it('lists by when it happened: a verdict told later moves its row neither at once nor after a reload', () => {
    const [earlier, later] = [item(1), item(2, { at: '2027-06-18T17:31:00.000Z' })]
    const judged = { ...earlier, position: '9', verdict: 'suspicious' } as const
    const ids = [later.id, earlier.id]
    expect(receive(startFeed([later, earlier], '2'), judged, false).shown.map(({ id }) => id)).toEqual(ids)
    expect(startFeed([later, judged], '9').shown.map(({ id }) => id)).toEqual(ids)
    expect(receive(startFeed([judged], '9'), later, false).shown.map(({ id }) => id)).toEqual(ids)
  })

  it('puts the late score of an opening into its row, without moving it', () => {
    const unscored = item(2, { id: 'late', band: null, score: null })
    const feed = startFeed([item(3), unscored, item(1)], '3')
    const scored = receive(feed, item(9, { id: 'late', band: 'high', score: 65 }), true)
    expect(scored.shown.map(({ band }) => band)).toEqual(['low', 'high', 'low'])
    expect(scored.waiting).toEqual([])
    expect(scored.position).toBe('9')
  })

  it('tells an arrival from the opening of the same id', () => {
    const feed = receive(
      startFeed([item(1, { id: 'x' })], '1'),
      item(2, { id: 'x', kind: 'check_in' }),
      false,
    )
    expect(feed.shown).toHaveLength(2)
  })

  it('compares positions as numbers that are larger than a double is exact', () => {
    const feed = startFeed([item(1, { position: '9007199254740993' })], '9007199254740993')
    const next = receive(feed, item(2, { position: '9007199254740992' }), false)
    expect(next.shown.map(({ position }) => position)).toEqual(['9007199254740993', '9007199254740992'])
    expect(next.position).toBe('9007199254740993')
    expect(caughtUp(next, '10000000000000000').position).toBe('10000000000000000')
  })

  it('never goes back in its position', () => {
    expect(caughtUp(startFeed([], '7'), '5').position).toBe('7')
  })

  it('adds earlier pages below, without the overlap', () => {
    const feed = addOlder(startFeed([item(5), item(4)], '5'), [item(4), item(3)])
    expect(positions(feed.shown)).toEqual([5, 4, 3])
  })

  it('keeps a bounded number of rows', () => {
    const many = Array.from({ length: keptAtMost }, (_, index) => item(index + 1))
    const feed = receive(startFeed(many, String(keptAtMost)), item(keptAtMost + 1), false)
    expect(feed.shown).toHaveLength(keptAtMost)
    expect(feed.shown[0]?.position).toBe(String(keptAtMost + 1))
    expect(feed.shown.at(-1)?.position).toBe('2')
  })

  it('ends with the same rows whatever was held back on the way, and in whatever order items came', () => {
    const steps = fc.array(fc.record({ position: fc.integer({ min: 1, max: 60 }), held: fc.boolean() }))
    fc.assert(
      fc.property(steps, (arrivals) => {
        const feed = release(
          arrivals.reduce((now, { position, held }) => receive(now, item(position), held), emptyFeed),
        )
        const expected = [...new Set(arrivals.map(({ position }) => position))].sort((a, b) => b - a)
        expect(positions(feed.shown)).toEqual(expected)
      }),
    )
  })
})

describe('the filters of the monitor', () => {
  const items = [
    item(4, { kind: 'check_in', band: null }),
    item(3, { band: 'high' }),
    item(2, { kind: 'rsvp', band: null }),
    item(1),
  ]

  it.each([
    [{ kind: null, band: null }, [4, 3, 2, 1]],
    [{ kind: 'opening', band: null }, [3, 1]],
    [{ kind: 'door', band: null }, [4]],
    [{ kind: 'answer', band: null }, [2]],
    [{ kind: null, band: 'high' }, [3]],
    [{ kind: 'door', band: 'high' }, []],
  ] as const)('let through %j only %j', (filter, expected) => {
    expect(positions(filtered(items, filter))).toEqual(expected)
  })

  it('name a signal that this page does not know yet in a readable way', () => {
    expect(signalWord('geo_jump')).toBe('Far from before')
    expect(signalWord('night_owl')).toBe('Night owl')
  })
})

describe('what a screen reader is told', () => {
  it('comes at once, then at most every ten seconds, taken together', () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const spoken: number[][] = []
    const { hear, stop } = announcer<ActivityItem>((items) => spoken.push(positions(items)))
    hear(item(1))
    hear(item(2))
    hear(item(3))
    expect(spoken).toEqual([[1]])
    vi.advanceTimersByTime(9_999)
    expect(spoken).toEqual([[1]])
    vi.advanceTimersByTime(1)
    expect(spoken).toEqual([[1], [2, 3]])
    vi.advanceTimersByTime(10_000)
    hear(item(4))
    expect(spoken).toEqual([[1], [2, 3], [4]])
    hear(item(5))
    stop()
    vi.advanceTimersByTime(60_000)
    expect(spoken).toHaveLength(3)
  })
})
