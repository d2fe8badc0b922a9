import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandOf, DEFAULT_THRESHOLDS, type Thresholds } from '../../src/scoring/bands.ts'
import {
  emptyPicture,
  movedScores,
  previewOf,
  withOpening,
  withVerdict,
  type BandCounts,
} from '../../src/scoring/preview.ts'
import { judged, pictureOf } from './pictures.ts'

const anyScore = fc.nat(100)
const anyThresholds: fc.Arbitrary<Thresholds> = fc
  .uniqueArray(anyScore, { minLength: 3, maxLength: 3 })
  .map((values) => values.toSorted((a, b) => a - b))
  .map(([medium = 0, high = 0, block = 0]) => ({ medium, high, block }))

describe('a preview', () => {
  it('of an event that nobody opened has only zeros', () => {
    const preview = previewOf(emptyPicture, { medium: 1, high: 2, block: 3 })
    const none = { low: 0, medium: 0, high: 0, block: 0 }
    expect(preview).toEqual({
      current: { thresholds: DEFAULT_THRESHOLDS, counts: none, fit: expect.anything() as unknown },
      proposed: {
        thresholds: { medium: 1, high: 2, block: 3 },
        counts: none,
        fit: expect.anything() as unknown,
      },
      moved: [],
      verdicts: { legitimate: none, suspicious: none },
      total: 0,
    })
  })

  it('counts the bands of today and of the proposal, and what moves between them', () => {
    const picture = pictureOf([0, 30, 31, 55, 60, 61, 85, 86, 100])
    const preview = previewOf(picture, { medium: 30, high: 50, block: 60 })
    expect(preview.current.counts).toEqual({ low: 2, medium: 3, high: 2, block: 2 })
    expect(preview.proposed.counts).toEqual({ low: 2, medium: 1, high: 2, block: 4 })
    expect(preview.moved).toEqual([
      { from: 'medium', to: 'high', count: 2 },
      { from: 'high', to: 'block', count: 2 },
    ])
    expect(preview.total).toBe(9)
  })

  it('under the thresholds of the event moves nothing', () => {
    const thresholds = { medium: 10, high: 20, block: 30 }
    const { current, proposed, moved } = previewOf(pictureOf([5, 15, 25, 35], thresholds), thresholds)
    expect(proposed).toEqual(current)
    expect(moved).toEqual([])
  })

  it('says how many known openings it would block and catch, with precision and recall', () => {
    const picture = pictureOf([
      ...judged(3, 40, 'suspicious'),
      ...judged(1, 90, 'suspicious'),
      ...judged(1, 50, 'legitimate'),
      ...judged(5, 10, 'legitimate'),
      45,
    ])
    const { current, proposed, verdicts } = previewOf(picture, { medium: 20, high: 35, block: 45 })
    expect(verdicts).toEqual({
      legitimate: { low: 5, medium: 0, high: 0, block: 1 },
      suspicious: { low: 0, medium: 0, high: 3, block: 1 },
    })
    expect(current.fit).toEqual({
      caught: 1,
      missed: 3,
      falseAlarms: 0,
      wronglyBlocked: 0,
      precision: 1,
      recall: 0.25,
    })
    expect(proposed.fit).toEqual({
      caught: 4,
      missed: 0,
      falseAlarms: 1,
      wronglyBlocked: 1,
      precision: 0.8,
      recall: 1,
    })
  })

  it('has no precision while nothing known is flagged, and no recall while nothing is known to be suspicious', () => {
    const { fit } = previewOf(pictureOf(judged(2, 10, 'legitimate')), DEFAULT_THRESHOLDS).proposed
    expect(fit).toMatchObject({ precision: null, recall: null })
  })

  it('gives every opening one band before and one after, whatever the thresholds', () => {
    fc.assert(
      fc.property(fc.array(anyScore), anyThresholds, anyThresholds, (scores, now, proposed) => {
        const { current, proposed: after, moved, total } = previewOf(pictureOf(scores, now), proposed)
        const sum = ({ low, medium, high, block }: BandCounts): number => low + medium + high + block
        expect(total).toBe(scores.length)
        expect([sum(current.counts), sum(after.counts)]).toEqual([total, total])
        const movers = scores.filter((score) => bandOf(score, now) !== bandOf(score, proposed))
        expect(moved.reduce((count, move) => count + move.count, 0)).toBe(movers.length)
        expect(moved.every(({ from, to, count }) => from !== to && count > 0)).toBe(true)
        const moving = new Set(movedScores(now, proposed))
        expect(scores.filter((score) => moving.has(score))).toEqual(movers)
      }),
    )
  })
})

describe('a picture', () => {
  it('forgets an opening that is counted out again, whatever its verdict', () => {
    const opening = fc.record({
      score: anyScore,
      ruleSet: fc.constantFrom('v1', 'v2'),
      verdict: fc.constantFrom(null, 'legitimate' as const, 'suspicious' as const),
    })
    fc.assert(
      fc.property(fc.array(opening), (openings) => {
        const counted = openings.reduce((picture, one) => withOpening(picture, one, 1), emptyPicture)
        const back = openings.reduce((picture, one) => withOpening(picture, one, -1), counted)
        expect(back).toEqual(emptyPicture)
      }),
    )
  })

  it('takes no score outside 0 to 100', () => {
    for (const score of [-1, 101, 1.5, Number.NaN]) {
      expect(() => withOpening(emptyPicture, { score, ruleSet: 'v1', verdict: null }, 1)).toThrow(RangeError)
      expect(() => withVerdict(emptyPicture, 'legitimate', score, 1)).toThrow(RangeError)
    }
  })
})
