import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveMessage } from '../../src/contracts/activity.ts'
import { waitBeforeRetry } from '../../web/src/features/live/backoff.ts'
import { keepLive, type LiveState, type SocketEvents } from '../../web/src/features/live/live-connection.ts'

/** A line that is opened as often as the connection wants; the test speaks for the server. */
function line({ welcome = true }: { welcome?: boolean } = {}) {
  const opened: SocketEvents[] = []
  const states: LiveState[] = []
  const messages: LiveMessage[] = []
  let closed = 0
  let asked = 0
  const connection = keepLive({
    open: (events) => {
      opened.push(events)
      return () => {
        closed += 1
      }
    },
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    stillWelcome: () => {
      asked += 1
      return Promise.resolve(welcome)
    },
    random: () => 1,
  })
  return {
    connection,
    states,
    messages,
    opens: () => opened.length,
    closes: () => closed,
    asked: () => asked,
    say: (message: LiveMessage) => opened.at(-1)?.message(JSON.stringify(message)),
    drop: () => opened.at(-1)?.closed(),
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the live connection', () => {
  it('is live once what was missed has been sent', () => {
    const { states, say, messages } = line()
    expect(states).toEqual(['connecting'])
    say({ type: 'caught_up', position: '7' })
    expect(states).toEqual(['connecting', 'live'])
    expect(messages).toEqual([{ type: 'caught_up', position: '7' }])
  })

  it('comes back by itself after a drop', async () => {
    const { states, say, drop, opens } = line()
    say({ type: 'caught_up', position: '7' })
    drop()
    expect(states.at(-1)).toBe('reconnecting')
    expect(opens()).toBe(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(opens()).toBe(2)
    expect(states.at(-1)).toBe('reconnecting')
    say({ type: 'caught_up', position: '9' })
    expect(states.at(-1)).toBe('live')
  })

  it('waits longer after each failure, and starts anew after a success', async () => {
    const { say, drop, opens } = line()
    drop()
    await vi.advanceTimersByTimeAsync(500)
    drop()
    await vi.advanceTimersByTimeAsync(999)
    expect(opens()).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(opens()).toBe(3)
    say({ type: 'caught_up', position: '1' })
    drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(opens()).toBe(4)
  })

  it('asks after every third failure whether it is still welcome, and ends if not', async () => {
    const { drop, asked, states, opens } = line({ welcome: false })
    for (const wait of [500, 1_000]) {
      drop()
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(asked()).toBe(0)
    drop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked()).toBe(1)
    expect(states.at(-1)).toBe('ended')
    expect(opens()).toBe(3)
  })

  it('goes on after the third failure where it is still welcome', async () => {
    const { drop, asked, opens } = line()
    for (const wait of [500, 1_000, 2_000]) {
      drop()
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(asked()).toBe(1)
    expect(opens()).toBe(4)
  })

  it('tries at once when hurried, but only if it is waiting', () => {
    const { connection, drop, opens } = line()
    connection.hurry()
    expect(opens()).toBe(1)
    drop()
    connection.hurry()
    expect(opens()).toBe(2)
  })

  it('opens another line at the wish of the caller, and closes the one before', () => {
    const { connection, opens, closes } = line()
    connection.reopen()
    expect(opens()).toBe(2)
    expect(closes()).toBe(1)
  })

  it('stays silent once stopped', async () => {
    const { connection, drop, opens, closes } = line()
    connection.stop()
    expect(closes()).toBe(1)
    drop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(opens()).toBe(1)
  })
})

describe('the wait before a retry', () => {
  it('doubles from half a second up to fifteen, half of it left to chance', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((attempt) => waitBeforeRetry(attempt, 1))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ])
    expect(waitBeforeRetry(0, 0)).toBe(250)
  })

  it('stays in its bounds for any number of failures', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.nat(), chance, (attempt, random) => {
        const wait = waitBeforeRetry(attempt, random)
        expect(wait).toBeGreaterThanOrEqual(250)
        expect(wait).toBeLessThanOrEqual(15_000)
      }),
    )
  })
})
