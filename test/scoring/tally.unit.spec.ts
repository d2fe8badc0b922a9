import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BANDS } from '../../src/scoring/bands.ts'
import { gravity, tallied, worstOf, type BandedScore, type Tally } from '../../src/scoring/tally.ts'

const one = fc.record({ band: fc.constantFrom(...BANDS), score: fc.integer({ min: 0, max: 100 }) })
const tallyOf = (all: readonly BandedScore[]) =>
  all.reduce<Tally>((tally, score) => tallied(tally, score, 1), {})

it('knows the gravest of what it counts: the band first, then the score', () => {
  expect(worstOf({})).toBeNull()
  expect(
    worstOf(
      tallyOf([
        { band: 'medium', score: 70 },
        { band: 'high', score: 61 },
      ]),
    ),
  ).toEqual({
    band: 'high',
    score: 61,
  })
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), (all) => {
      expect(worstOf(tallyOf(all))).toEqual(all.reduce((a, b) => (gravity(b) > gravity(a) ? b : a)))
    }),
  )
})

it('forgets what is counted out again, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(one), fc.array(one), (kept, gone) => {
      const out = gone.reduce<Tally>((tally, score) => tallied(tally, score, -1), tallyOf([...gone, ...kept]))
      expect(out).toEqual(tallyOf(kept))
    }),
  )
})

it('never takes what was only counted out for something that is there', () => {
  expect(worstOf(tallied({}, { band: 'block', score: 90 }, -1))).toBeNull()
})
