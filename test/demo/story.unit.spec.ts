import { describe, expect, it } from 'vitest'
import { deviceOf } from '../../src/demo/devices.ts'
import { pauseAfter, LIVELY_SCENES, MOST_SCENES } from '../../src/demo/live/pace.ts'
import { people } from '../../src/demo/people.ts'
import { diceOf } from '../../src/demo/random.ts'
import { storyOf } from '../../src/demo/seed.ts'
import { atHour, wakingTime } from '../../src/demo/waking-time.ts'
import { HOUR, SECOND } from '../../src/kernel/time.ts'
import { deviceOf as wordsFor } from '../../src/projections/device.ts'
import { fingerprintDigest } from '../../src/scoring/fingerprint.ts'

const MIDNIGHT = Date.parse('2026-06-10T00:07:00.000Z')
const hours = Array.from({ length: 24 }, (_none, hour) => hour)

describe('the people of the story', () => {
  it('are 120, and each has an own key', () => {
    expect(new Set(people.map(({ key }) => key)).size).toBe(120)
  })

  it('have addresses and numbers that nobody can have', () => {
    for (const { email } of people)
      if (email !== null) expect(email).toMatch(/^[a-z.-]+@example\.(org|com|net)$/)
    for (const { phone } of people)
      if (phone !== null) expect(phone).toMatch(/^(\+3363998\d{4}|\+447700900\d{3}|\+1\d{3}55501\d{2})$/)
  })

  it('can all be reached, some only by a text message, each at a place of their own', () => {
    expect(people.filter(({ email, phone }) => email === null && phone === null)).toEqual([])
    expect(people.filter(({ email }) => email === null).length).toBeGreaterThanOrEqual(5)
    const reached = people.flatMap(({ email, phone }) => [email, phone]).filter((one) => one !== null)
    expect(new Set(reached).size).toBe(reached.length)
  })

  it('have two devices that differ, and that a host would recognise', () => {
    for (const { laptop, mobile } of people) {
      expect(fingerprintDigest(laptop.fingerprint)).not.toBe(fingerprintDigest(mobile.fingerprint))
      expect(wordsFor(laptop.userAgent)).toMatch(/ on (Mac|Windows|Linux)$/)
      expect(wordsFor(mobile.userAgent)).toMatch(/ on (iPhone|Android)$/)
    }
    const again = deviceOf('laptop', people[0]!.key, 'fr-FR', 'Europe/Paris')
    expect(again).toEqual(people[0]!.laptop)
  })
})

describe('the story', () => {
  it.each(hours)('told at %i:07 lies in the past, and is the same as at any other hour', (hour) => {
    const now = MIDNIGHT + hour * HOUR
    const told = storyOf(now).events.map(({ scenes }) => scenes.length)
    expect(told).toEqual(storyOf(MIDNIGHT).events.map(({ scenes }) => scenes.length))
    const latest = Math.max(...storyOf(now).events.flatMap(({ scenes }) => scenes.map(({ at }) => at)))
    expect(latest).toBeLessThanOrEqual(now)
  })

  it('has the main event in two weeks, on an evening', () => {
    expect(new Date(atHour(MIDNIGHT, 'Europe/Paris', 14, 19)).toISOString()).toBe('2026-06-24T17:00:00.000Z')
  })
})

describe('the clock that stands still at night', () => {
  const at = wakingTime(Date.parse('2026-06-10T03:00:00.000Z'), 'Europe/Paris')

  it('goes on the evening before when it is night', () => {
    expect(new Date(at(1)).toISOString()).toBe('2026-06-09T20:00:00.000Z')
  })

  it('has sixteen hours a day', () => {
    expect(at(1) - at(17)).toBe(24 * HOUR)
  })

  it('keeps the order of what it tells', () => {
    const told = Array.from({ length: 400 }, (_none, index) => at((400 - index) / 3))
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })
})

describe('the dice', () => {
  it('fall the same way for the same label, and lose nothing when they shuffle', () => {
    const throws = (label: string) => Array.from({ length: 5 }, () => diceOf(label).int(1, 6))
    expect(throws('a')).toEqual(throws('a'))
    const dealt = diceOf('deal').shuffled(hours)
    expect(dealt).not.toEqual(hours)
    expect(dealt.toSorted((a, b) => a - b)).toEqual(hours)
  })
})

describe('the pace of the live part', () => {
  it('is a scene every 4 to 15 seconds while somebody may watch', () => {
    const dice = diceOf('pace')
    for (let played = 0; played < LIVELY_SCENES; played++) {
      const pause = pauseAfter(played, dice) ?? 0
      expect(pause).toBeGreaterThanOrEqual(4 * SECOND)
      expect(pause).toBeLessThanOrEqual(15 * SECOND)
    }
  })

  it('slows down, and comes to an end', () => {
    const dice = diceOf('pace')
    let overnight = 0
    for (let elapsed = 0; elapsed < 12 * HOUR; overnight++)
      elapsed += pauseAfter(overnight, dice) ?? 12 * HOUR
    expect(overnight).toBeLessThan(LIVELY_SCENES + 400)
    expect(pauseAfter(MOST_SCENES, dice)).toBeNull()
  })
})
