import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BANDS } from '../../src/scoring/bands.ts'
import {
  gravity,
  tallied,
  withScore,
  withVerdict,
  worstOf as worstLeft,
  type BandedScore,
  type Tally,
} from '../../src/scoring/tally.ts'

const one = fc.record({ band: fc.constantFrom(...BANDS), score: fc.integer({ min: 0, max: 100 }) })
const tallyOf = (all: readonly BandedScore[]) =>
  all.reduce<Tally>((tally, score) => tallied(tally, score, 1), {})

/** The worst of openings of which the host has said nothing. */
const worstOf = (scores: Tally) => worstLeft({ scores, cleared: {} })

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

const nothing = { scores: {}, cleared: {} }
const high = { band: 'high', score: 65, verdict: null } as const
const low = { band: 'low', score: 5, verdict: null } as const

it('leaves out what a host has called legitimate, until that is taken back or said otherwise', () => {
  const both = withScore(withScore(nothing, low), high)
  const cleared = withVerdict(both, { score: 65, before: null }, 'legitimate')
  expect(worstLeft(cleared)).toEqual({ band: 'low', score: 5 })
  expect(worstLeft(withVerdict(cleared, { score: 65, before: 'legitimate' }, null))).toMatchObject({
    score: 65,
  })
  const suspicious = withVerdict(cleared, { score: 65, before: 'legitimate' }, 'suspicious')
  expect(worstLeft(suspicious)).toMatchObject({ score: 65 })
  expect(worstLeft(withVerdict(cleared, { score: 5, before: null }, 'legitimate'))).toBeNull()
})

it('leaves out one opening for each verdict, also when its score comes after it or is another by now', () => {
  const two = withScore(withScore(nothing, high), { ...high, verdict: 'legitimate' })
  expect(worstLeft(two)).toMatchObject({ score: 65 })
  const rescored = withScore(two, { band: 'block', score: 90, verdict: 'legitimate' }, high)
  expect(worstLeft(rescored)).toMatchObject({ score: 65 })
})

it('hides nothing grave behind a score that was cleared under other thresholds', () => {
  const of = (band: 'medium' | 'high') => ({ band, score: 40, verdict: null })
  const both = withScore(withScore(nothing, of('high')), of('medium'))
  expect(worstLeft(withVerdict(both, { score: 40, before: null }, 'legitimate'))).toMatchObject({
    band: 'high',
  })
})
