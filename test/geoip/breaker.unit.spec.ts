import { describe, expect, it } from 'vitest'
import { createBreaker } from '../../src/geoip/breaker.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'

function setUp() {
  const clock = { time: 1_780_000_000_000, now: () => clock.time }
  const breaker = createBreaker(clock)
  const failTimes = (times: number) => {
    for (let i = 0; i < times; i++) breaker.failed()
  }
  return { clock, breaker, failTimes }
}

describe('the breaker', () => {
  it('lets everybody through while fewer than three failures come in a row', () => {
    const { breaker, failTimes } = setUp()
    failTimes(2)
    breaker.succeeded()
    failTimes(2)
    expect(breaker.allows()).toBe(true)
    expect(breaker.allows()).toBe(true)
  })

  it('opens at the third failure for 30 seconds, and then lets a single try through', () => {
    const { clock, breaker, failTimes } = setUp()
    failTimes(2)
    expect(breaker.failed()).toBe(30 * SECOND)
    clock.time += 30 * SECOND - 1
    expect(breaker.allows()).toBe(false)
    clock.time += 1
    expect(breaker.allows()).toBe(true)
    expect(breaker.allows()).toBe(false)
  })

  it('closes when the try succeeds', () => {
    const { clock, breaker, failTimes } = setUp()
    failTimes(3)
    clock.time += 30 * SECOND
    breaker.allows()
    breaker.succeeded()
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true])
  })

  it('rests twice as long after every failed try, up to ten minutes', () => {
    const { clock, breaker, failTimes } = setUp()
    failTimes(3)
    const rests = [0, 1, 2, 3, 4, 5].map(() => {
      clock.time += 10 * MINUTE
      breaker.allows()
      return breaker.failed() / SECOND
    })
    expect(rests).toEqual([60, 120, 240, 480, 600, 600])
  })

  it('does not count failures of requests that were under way when it opened', () => {
    const { clock, breaker, failTimes } = setUp()
    failTimes(7)
    clock.time += 30 * SECOND
    expect(breaker.allows()).toBe(true)
  })

  it('keeps a pause whatever succeeds meanwhile, and never shortens one', () => {
    const { clock, breaker } = setUp()
    breaker.pause(MINUTE)
    breaker.pause(SECOND)
    breaker.succeeded()
    clock.time += MINUTE - 1
    expect(breaker.allows()).toBe(false)
    clock.time += 1
    expect(breaker.allows()).toBe(true)
  })
})
