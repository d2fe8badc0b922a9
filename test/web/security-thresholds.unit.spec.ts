import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ThresholdsPreview } from '../../src/contracts/preview.ts'
import { security } from '../../web/src/features/security/en.ts'
import { latestOnly } from '../../web/src/features/security/latest-only.ts'
import {
  basisSentences,
  moveSentences,
  percent,
  verdictSentences,
} from '../../web/src/features/security/preview.ts'
import {
  bandSpans,
  boundaries,
  sameThresholds,
  withBoundary,
  type Thresholds,
} from '../../web/src/features/security/thresholds.ts'
import { createTexts, type Translate } from '../../web/src/shared/i18n.ts'

const defaults: Thresholds = { medium: 30, high: 60, block: 85 }

const anyThresholds: fc.Arbitrary<Thresholds> = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 })
  .map((three) => three.sort((a, b) => a - b))
  .map(([medium = 0, high = 1, block = 2]) => ({ medium, high, block }))
const anyBoundary = fc.constantFrom(...boundaries)

describe('a boundary that is moved', () => {
  it.each([
    ['medium', 45, { medium: 45, high: 60, block: 85 }],
    ['medium', 70, { medium: 70, high: 71, block: 85 }],
    ['medium', 84, { medium: 84, high: 85, block: 86 }],
    ['medium', 100, { medium: 98, high: 99, block: 100 }],
    ['high', 10, { medium: 9, high: 10, block: 85 }],
    ['high', 0, { medium: 0, high: 1, block: 85 }],
    ['high', 90, { medium: 30, high: 90, block: 91 }],
    ['block', 31, { medium: 29, high: 30, block: 31 }],
    ['block', -5, { medium: 0, high: 1, block: 2 }],
    ['block', 1e9, { medium: 30, high: 60, block: 100 }],
    ['medium', 29.6, { medium: 30, high: 60, block: 85 }],
    ['high', Number.NaN, { medium: 30, high: 60, block: 85 }],
  ] as const)('%s to %d pushes the others along as far as it takes', (which, wanted, expected) => {
    expect(withBoundary(defaults, which, wanted)).toEqual(expected)
  })

  it('always leaves whole numbers in order from 0 to 100, wherever it is dragged', () => {
    fc.assert(
      fc.property(
        anyThresholds,
        anyBoundary,
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        (before, which, wanted) => {
          const { medium, high, block } = withBoundary(before, which, wanted)
          expect([medium, high, block].every(Number.isInteger)).toBe(true)
          expect(0 <= medium && medium < high && high < block && block <= 100).toBe(true)
        },
      ),
    )
  })

  it('moves no other boundary that is not in the way', () => {
    fc.assert(
      fc.property(anyThresholds, anyBoundary, fc.integer({ min: 0, max: 100 }), (before, which, wanted) => {
        const after = withBoundary(before, which, wanted)
        for (const other of boundaries.filter((one) => one !== which)) {
          const isBelow = boundaries.indexOf(other) < boundaries.indexOf(which)
          const inTheWay = isBelow ? before[other] >= after[other] : before[other] <= after[other]
          if (after[other] !== before[other]) expect(inTheWay).toBe(true)
        }
        expect(withBoundary(after, which, after[which])).toEqual(after)
      }),
    )
  })
})

describe('the bands of thresholds', () => {
  it('span every score once and the whole ribbon', () => {
    fc.assert(
      fc.property(anyThresholds, (thresholds) => {
        const spans = bandSpans(thresholds)
        expect(spans.reduce((sum, { width }) => sum + width, 0)).toBe(100)
        const scores = spans.flatMap(({ from, to }) =>
          from === null ? [] : Array.from({ length: to - from + 1 }, (_, at) => from + at),
        )
        expect(scores).toEqual(Array.from({ length: 101 }, (_, score) => score))
      }),
    )
  })

  it('say that nothing is blocked where the last boundary is 100', () => {
    expect(bandSpans({ medium: 30, high: 60, block: 100 }).at(-1)).toMatchObject({ from: null, width: 0 })
  })

  it('are the same thresholds only when all three are', () => {
    expect(sameThresholds(defaults, { ...defaults })).toBe(true)
    expect(sameThresholds(defaults, { ...defaults, block: 86 })).toBe(false)
  })
})

describe('reading for the newest wish only', () => {
  const setUp = () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const asked: { wish: number; signal: AbortSignal; answer: (value: string) => void; fail: () => void }[] =
      []
    const answers: string[] = []
    const failures: unknown[] = []
    const reading = latestOnly<number, string>({
      delayMs: 250,
      read: (wish, signal) =>
        new Promise((resolve, reject) => {
          asked.push({
            wish,
            signal,
            answer: resolve,
            fail: () => {
              reject(new Error('no answer'))
            },
          })
        }),
      onAnswer: (answer) => answers.push(answer),
      onFailure: (thrown) => failures.push(thrown),
    })
    return { reading, asked, answers, failures }
  }

  it('waits until the wishes pause, then asks once for the last', async () => {
    const { reading, asked } = setUp()
    for (const wish of [1, 2, 3]) {
      reading.wish(wish)
      await vi.advanceTimersByTimeAsync(249)
    }
    expect(asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.map(({ wish }) => wish)).toEqual([3])
  })

  it('drops an answer that comes after a newer wish, and aborts what asked for it', async () => {
    const { reading, asked, answers } = setUp()
    reading.wishNow(1)
    reading.wish(2)
    expect(asked[0]?.signal.aborted).toBe(true)
    asked[0]?.answer('about 1')
    await vi.advanceTimersByTimeAsync(250)
    asked[1]?.answer('about 2')
    await vi.advanceTimersByTimeAsync(0)
    expect(answers).toEqual(['about 2'])
  })

  it('keeps the answers in order when they come in another one', async () => {
    const { reading, asked, answers } = setUp()
    reading.wishNow(1)
    reading.wishNow(2)
    asked[1]?.answer('about 2')
    await vi.advanceTimersByTimeAsync(0)
    asked[0]?.answer('about 1')
    await vi.advanceTimersByTimeAsync(0)
    expect(answers).toEqual(['about 2'])
  })

  it('tells of a failure only while it is the newest wish that failed', async () => {
    const { reading, asked, failures } = setUp()
    reading.wishNow(1)
    reading.wishNow(2)
    asked[0]?.fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(failures).toEqual([])
    asked[1]?.fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(failures).toHaveLength(1)
  })

  it('is quiet once stopped', async () => {
    const { reading, asked, answers } = setUp()
    reading.wishNow(1)
    reading.wish(2)
    reading.stop()
    asked[0]?.answer('about 1')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked).toHaveLength(1)
    expect(answers).toEqual([])
  })
})

describe('what a preview says', () => {
  const { t: translate } = createTexts({ security }).global as unknown as {
    t: (key: string, values: object, count?: number) => string
  }
  const t: Translate<{ security: typeof security }> = (key, values = {}) =>
    values.count === undefined ? translate(key, values) : translate(key, values, values.count)

  const none = { low: 0, medium: 0, high: 0, block: 0 }
  const fit = { caught: 0, missed: 0, falseAlarms: 0, wronglyBlocked: 0, precision: null, recall: null }
  const preview = (change: Partial<ThresholdsPreview> = {}): ThresholdsPreview => ({
    current: { thresholds: defaults, version: 1, counts: none, fit },
    proposed: { thresholds: { ...defaults, high: 50 }, counts: none, fit },
    moved: [],
    verdicts: { legitimate: none, suspicious: none },
    total: 5,
    unscored: 0,
    allowlisted: 0,
    guests: { items: [], nextCursor: null, total: 0 },
    suggestion: null,
    range: { from: '1', to: '9' },
    rules: [{ id: 'v1', openings: 5 }],
    source: 'fold',
    ...change,
  })
  const guest = (from: 'medium' | 'block', to: 'high' | 'block') => ({
    id: '01JZ0000000000000000000001',
    name: 'Amira',
    from,
    to,
    score: 70,
  })

  it('is a sentence a move, to the gravest band first, and one about the guests', () => {
    const moved = [
      { from: 'medium', to: 'high', count: 4 },
      { from: 'high', to: 'block', count: 1 },
    ] as const
    const guests = { items: [guest('medium', 'high'), guest('medium', 'block')], nextCursor: null, total: 2 }
    expect(moveSentences(preview({ moved: [...moved], guests }), t)).toEqual([
      '1 opening would move from Suspicious to Blocked.',
      '4 openings would move from Review to Suspicious.',
      '2 guests would be in another band.',
      '1 of them would have been stopped.',
    ])
  })

  it('does not say who would be stopped from a part of the list', () => {
    const guests = { items: [guest('medium', 'block')], nextCursor: 'more', total: 80 }
    expect(moveSentences(preview({ guests }), t)).toEqual(['80 guests would be in another band.'])
  })

  it('says of those who are stopped today that they would not have been', () => {
    const guests = { items: [guest('block', 'high')], nextCursor: null, total: 1 }
    expect(moveSentences(preview({ guests }), t)).toContain('1 of them would no longer have been stopped.')
  })

  it('is split by what the host said, and silent before the first verdict', () => {
    expect(verdictSentences(preview(), t)).toEqual([])
    const judged = preview({
      verdicts: {
        legitimate: { ...none, low: 9, high: 2, block: 1 },
        suspicious: { ...none, low: 1, high: 5 },
      },
      proposed: {
        thresholds: defaults,
        counts: none,
        fit: { caught: 5, missed: 1, falseAlarms: 3, wronglyBlocked: 1, precision: 0.625, recall: 5 / 6 },
      },
    })
    expect(verdictSentences(judged, t)).toEqual([
      'Of the 12 openings you marked as legitimate it would stop 1 and flag 2 more.',
      'It would catch 5 of the 6 openings you marked as suspicious.',
    ])
  })

  it('names the rules it rests on and what is left out', () => {
    expect(basisSentences(preview(), t)).toEqual(['Based on 5 openings, rules v1.'])
    const mixed = preview({
      rules: [
        { id: 'v1', openings: 3 },
        { id: 'v2', openings: 2 },
      ],
      unscored: 1,
      allowlisted: 2,
    })
    expect(basisSentences(mixed, t)).toEqual([
      'Based on 5 openings, rules v1 (3), v2 (2).',
      '1 opening has no score yet and is not counted.',
      '2 openings came from trusted networks and are never scored.',
    ])
    expect(basisSentences(preview({ total: 0, rules: [], unscored: 1 }), t)[0]).toBe(
      'None of the openings so far has a score.',
    )
  })

  it('shows a share of nothing as a dash, not as 0 %', () => {
    expect([percent(null), percent(0), percent(0.625)]).toEqual(['–', '0 %', '63 %'])
  })
})
