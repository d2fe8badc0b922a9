import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BAND_LABELS, BANDS, bandOf, DEFAULT_THRESHOLDS, thresholdErrors } from '../../src/scoring/bands.ts'

describe('bands', () => {
  it.each([
    [0, 'low'],
    [30, 'low'],
    [31, 'medium'],
    [60, 'medium'],
    [61, 'high'],
    [85, 'high'],
    [86, 'block'],
    [100, 'block'],
  ])('put a score of %d in %s by default', (score, band) => {
    expect(bandOf(score, DEFAULT_THRESHOLDS)).toBe(band)
  })

  it('block nobody when the block threshold is 100', () => {
    expect(bandOf(100, { medium: 0, high: 1, block: 100 })).toBe('high')
  })

  it('are told in friendly words', () => {
    expect(BANDS.map((band) => BAND_LABELS[band])).toEqual(['Verified', 'Review', 'Suspicious', 'Blocked'])
  })

  it('never get milder as the score grows, nor stricter as thresholds rise', () => {
    const scores = fc.integer({ min: 0, max: 100 })
    const thresholds = fc
      .uniqueArray(scores, { minLength: 3, maxLength: 3 })
      .map((values) => values.sort((a, b) => a - b))
      .map(([medium = 0, high = 0, block = 0]) => ({ medium, high, block }))
    const severity = (score: number, by: Parameters<typeof bandOf>[1]) => BANDS.indexOf(bandOf(score, by))
    fc.assert(
      fc.property(scores, scores, thresholds, thresholds, (one, other, by, alternative) => {
        expect(thresholdErrors(by)).toEqual([])
        const [less, more] = one < other ? [one, other] : [other, one]
        expect(severity(less, by)).toBeLessThanOrEqual(severity(more, by))
        const higher = {
          medium: Math.max(by.medium, alternative.medium),
          high: Math.max(by.high, alternative.high),
          block: Math.max(by.block, alternative.block),
        }
        expect(severity(one, higher)).toBeLessThanOrEqual(severity(one, by))
      }),
    )
  })
})

describe('thresholds', () => {
  it.each([
    [{ medium: 0, high: 1, block: 100 }, []],
    [{ medium: 30, high: 60, block: 85 }, []],
    [{ medium: 60, high: 60, block: 85 }, ['high']],
    [{ medium: 30, high: 85, block: 85 }, ['block']],
    [{ medium: 90, high: 60, block: 30 }, ['high', 'block']],
    [{ medium: -1, high: 60, block: 101 }, ['medium', 'block']],
    [{ medium: 30.5, high: Number.NaN, block: 85 }, ['medium', 'high']],
  ])('%j have errors in %j', (thresholds, paths) => {
    expect(thresholdErrors(thresholds).map((error) => error.path)).toEqual(paths)
  })
})
