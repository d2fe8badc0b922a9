import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thresholdErrors } from '../../src/scoring/bands.ts'
import { fitOf } from '../../src/scoring/preview.ts'
import { MIN_VERDICTS, suggestThresholds } from '../../src/scoring/suggestion.ts'
import { judged, pictureOf, type Opening } from './pictures.ts'

/** What the defaults miss: everything suspicious scores 50, everything legitimate 10. */
const apart = [...judged(12, 50, 'suspicious'), ...judged(20, 10, 'legitimate')]

describe('a suggestion', () => {
  it('catches what was called suspicious, half way to what was called legitimate', () => {
    const suggestion = suggestThresholds(pictureOf(apart))
    expect(suggestion).toMatchObject({
      fit: { caught: 12, missed: 0, falseAlarms: 0, wronglyBlocked: 0, precision: 1, recall: 1 },
      legitimate: 20,
      suspicious: 12,
      falseAlarmRate: 0,
    })
    expect(suggestion?.thresholds.high).toBe(30)
  })

  it('says what it would do in a sentence, beside what the thresholds of today do', () => {
    expect(suggestThresholds(pictureOf(apart))?.sentence).toMatch(
      /^With \d+, 30 and \d+, 12 of the 12 openings you called suspicious would be flagged \(now 0\), and 0 of the 20 you called legitimate \(now 0\)\.$/,
    )
  })

  it('is not made from fewer than ten verdicts of either kind', () => {
    const few = MIN_VERDICTS - 1
    const legitimate = (count: number) => judged(count, 10, 'legitimate')
    const suspicious = (count: number) => judged(count, 50, 'suspicious')
    expect(suggestThresholds(pictureOf([...suspicious(few), ...legitimate(100)]))).toBeNull()
    expect(suggestThresholds(pictureOf([...suspicious(100), ...legitimate(few)]))).toBeNull()
    expect(suggestThresholds(pictureOf([...suspicious(10), ...legitimate(10)]))).not.toBeNull()
  })

  it('is not made where the thresholds of today do as well', () => {
    const picture = pictureOf(apart)
    const thresholds = suggestThresholds(picture)?.thresholds
    expect(thresholds).toBeDefined()
    expect(suggestThresholds(pictureOf(apart, thresholds))).toBeNull()
  })

  it('leaves a boundary that does as well as any where it is', () => {
    const thresholds = { medium: 15, high: 60, block: 85 }
    expect(suggestThresholds(pictureOf(apart, thresholds))?.thresholds).toEqual({
      medium: 15,
      high: 30,
      block: 85,
    })
  })

  it('blocks more than today only on a hundred legitimate openings, and fewer on any', () => {
    const suspicious = judged(12, 90, 'suspicious')
    const thresholds = { medium: 10, high: 20, block: 95 }
    const blockFor = (legitimate: Opening[]) =>
      suggestThresholds(pictureOf([...suspicious, ...legitimate], thresholds))?.thresholds.block
    expect(blockFor(judged(99, 25, 'legitimate'))).toBe(95)
    expect(blockFor(judged(100, 25, 'legitimate'))).toBeLessThan(90)
    const wronglyBlocked = [...judged(20, 10, 'legitimate'), ...judged(1, 97, 'legitimate')]
    expect(blockFor(wronglyBlocked)).toBeGreaterThanOrEqual(97)
  })

  it('is not made where no threshold would tell them apart', () => {
    const alike = [...judged(20, 50, 'suspicious'), ...judged(20, 50, 'legitimate')]
    expect(suggestThresholds(pictureOf(alike))).toBeNull()
  })

  it('keeps false alarms few, even where more would be caught', () => {
    const mixed = [
      ...judged(5, 80, 'suspicious'),
      ...judged(20, 40, 'suspicious'),
      ...judged(10, 40, 'legitimate'),
      ...judged(90, 5, 'legitimate'),
    ]
    expect(suggestThresholds(pictureOf(mixed, { medium: 1, high: 2, block: 3 }))?.fit).toMatchObject({
      caught: 5,
      falseAlarms: 0,
    })
  })

  it('bounds the false alarms that so few verdicts cannot rule out, by the interval of Wilson', () => {
    const ten = [...judged(10, 50, 'suspicious'), ...judged(10, 10, 'legitimate')]
    // 1.96^2 / (10 + 1.96^2)
    expect(suggestThresholds(pictureOf(ten))?.falseAlarmRateAtMost).toBeCloseTo(0.2775, 3)
    const thousand = [...judged(10, 50, 'suspicious'), ...judged(1_000, 10, 'legitimate')]
    expect(suggestThresholds(pictureOf(thousand))?.falseAlarmRateAtMost).toBeCloseTo(0.0038, 3)
  })

  it('is always valid, within its limits, and never worse than its numbers', () => {
    const opening = fc.tuple(fc.nat(100), fc.constantFrom('legitimate' as const, 'suspicious' as const))
    fc.assert(
      fc.property(fc.array(opening, { minLength: 30, maxLength: 120 }), (openings) => {
        const picture = pictureOf(openings)
        const suggestion = suggestThresholds(picture)
        if (suggestion === null) return
        const { thresholds, fit, legitimate } = suggestion
        expect(thresholdErrors(thresholds)).toEqual([])
        expect(fit).toEqual(fitOf(picture, thresholds))
        expect(fit.falseAlarms).toBeLessThanOrEqual(0.05 * legitimate)
        expect(fit.wronglyBlocked).toBeLessThanOrEqual(0.01 * legitimate)
        expect(suggestion.falseAlarmRateAtMost).toBeGreaterThan(suggestion.falseAlarmRate)
      }),
    )
  })
})
