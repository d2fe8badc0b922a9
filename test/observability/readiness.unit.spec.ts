import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchReadiness, type Standing } from '../../src/readiness.ts'

interface Told {
  readonly checkpoint: bigint
  readonly facts: number
  readonly seconds?: number
  readonly state?: Standing['state']
  readonly parked?: number
}

function statusOf(name: string, told: Told): Standing {
  const { checkpoint, facts, seconds = 0, state = 'active', parked = 0 } = told
  return {
    name,
    state,
    checkpoint,
    lag: { facts, exact: true, seconds },
    deadLetters: { facts: parked, units: parked, firstError: null },
  }
}

/** A check over read models that a test moves, and a clock that it turns. */
function checking() {
  let now = 0
  const models = new Map<string, Told>()
  let reachable = true
  let answering = true
  let asked = 0
  const check = watchReadiness({
    pool: {
      query: () => {
        asked += 1
        return answering ? Promise.resolve({ rows: [] }) : new Promise(() => undefined)
      },
    } as never,
    store: { head: () => Promise.resolve(9n) },
    projections: {
      status: () =>
        reachable
          ? Promise.resolve([...models].map(([name, told]) => statusOf(name, told)))
          : Promise.reject(new Error('the connection was refused')),
    },
    stuckAfter: 30_000,
    now: () => now,
  })
  return {
    set: (name: string, told: Told) => models.set(name, told),
    cut: () => (reachable = false),
    hang: () => (answering = false),
    asked: () => asked,
    look: () => check.look(),
    turn: (seconds: number) => (now += seconds * 1_000),
    /** @returns what is said of the read models, after so many seconds more */
    async after(seconds: number) {
      now += seconds * 1_000
      const { ok, checks } = await check.look()
      expect(ok).toBe(checks['projections']?.ok)
      return checks['projections']
    },
    stop: () => check.stop(),
  }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('readiness', () => {
  it('does not mind a read model that is far behind and moves', async () => {
    const it = checking()
    it.set('guests', { checkpoint: 1n, facts: 9_000, seconds: 4_000 })
    await it.after(0)
    it.set('guests', { checkpoint: 2n, facts: 8_999, seconds: 3_999 })
    expect(await it.after(60)).toEqual({
      ok: true,
      detail: 'guests is catching up, 8999 facts and 3999 s behind',
    })
    await it.stop()
  })

  it('fails for the one that stands still while facts wait, for as long as it does', async () => {
    const it = checking()
    it.set('guests', { checkpoint: 5n, facts: 2, seconds: 1 })
    it.set('events', { checkpoint: 7n, facts: 0 })
    expect((await it.after(0))?.ok).toBe(true)
    expect((await it.after(29))?.ok).toBe(true)
    expect(await it.after(1)).toEqual({
      ok: false,
      detail: 'guests has not moved for 30 s while 2 facts wait',
    })
    it.set('guests', { checkpoint: 6n, facts: 1, seconds: 1 })
    expect((await it.after(10))?.ok).toBe(true)
    expect((await it.after(29))?.ok).toBe(true)
    expect((await it.after(1))?.ok).toBe(false)
    it.set('guests', { checkpoint: 7n, facts: 0 })
    expect(await it.after(5)).toEqual({ ok: true, detail: 'up to date' })
    await it.stop()
  })

  it('does not take a quiet night for a standstill', async () => {
    const it = checking()
    it.set('guests', { checkpoint: 5n, facts: 0 })
    await it.after(0)
    await it.after(40_000)
    it.set('guests', { checkpoint: 5n, facts: 1 })
    expect((await it.after(1))?.ok).toBe(true)
    expect((await it.after(28))?.ok).toBe(true)
    expect((await it.after(1))?.ok).toBe(false)
    await it.stop()
  })

  it('fails for a read model that was never built, and tells of facts that are parked', async () => {
    const it = checking()
    it.set('guests', { checkpoint: 5n, facts: 0, state: 'failed' })
    expect(await it.after(0)).toEqual({ ok: false, detail: 'guests is failed' })
    it.set('guests', { checkpoint: 5n, facts: 0, parked: 3 })
    expect(await it.after(0)).toEqual({ ok: true, detail: 'up to date, 3 facts parked as dead letters' })
    await it.stop()
  })

  it('fails with the reason when the read models cannot be asked', async () => {
    const it = checking()
    it.cut()
    expect(await it.after(0)).toEqual({ ok: false, detail: 'the connection was refused' })
    await it.stop()
  })

  it('tells the truth to the first who asks in days: it looks by itself', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const it = checking()
    it.set('guests', { checkpoint: 5n, facts: 2, seconds: 90 })
    for (let seconds = 0; seconds <= 40; seconds += 10) {
      await vi.advanceTimersByTimeAsync(10_000)
      it.turn(10)
    }
    expect(await it.after(0)).toEqual({
      ok: false,
      detail: 'guests has not moved for 50 s while 2 facts wait',
    })
    await it.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('answers within 3 s when the database hangs, and asks it no second time meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    const it = checking()
    it.hang()
    const answers = [it.look(), it.look()]
    await vi.advanceTimersByTimeAsync(3_000)
    for (const { ok, checks } of await Promise.all(answers)) {
      expect(ok).toBe(false)
      expect(checks['database']).toEqual({ ok: false, detail: 'did not answer within 3 s' })
      expect(checks['eventStore']?.ok).toBe(true)
    }
    expect(it.asked()).toBe(1)
    await it.stop()
  })
})
