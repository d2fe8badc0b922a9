import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BANDS } from '../../src/scoring/bands.ts'
import {
  gravity,
  tallied,
  withCode,
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
const high = { band: 'high', score: 65, verdict: null, vouched: false } as const
const low = { band: 'low', score: 5, verdict: null, vouched: false } as const

it('leaves out what a host has called legitimate, until that is taken back or said otherwise', () => {
  const both = withScore(withScore(nothing, low), high)
  const cleared = withVerdict(both, { score: 65, before: null, vouched: false }, 'legitimate')
  expect(worstLeft(cleared)).toEqual({ band: 'low', score: 5 })
  expect(
    worstLeft(withVerdict(cleared, { score: 65, before: 'legitimate', vouched: false }, null)),
  ).toMatchObject({
    score: 65,
  })
  const suspicious = withVerdict(cleared, { score: 65, before: 'legitimate', vouched: false }, 'suspicious')
  expect(worstLeft(suspicious)).toMatchObject({ score: 65 })
  expect(worstLeft(withVerdict(cleared, { score: 5, before: null, vouched: false }, 'legitimate'))).toBeNull()
})

it('leaves out one opening for each verdict, also when its score comes after it or is another by now', () => {
  const two = withScore(withScore(nothing, high), { ...high, verdict: 'legitimate' })
  expect(worstLeft(two)).toMatchObject({ score: 65 })
  const rescored = withScore(two, { band: 'block', score: 90, verdict: 'legitimate', vouched: false }, high)
  expect(worstLeft(rescored)).toMatchObject({ score: 65 })
})

it('hides nothing grave behind a score that was cleared under other thresholds', () => {
  const of = (band: 'medium' | 'high') => ({ band, score: 40, verdict: null, vouched: false })
  const both = withScore(withScore(nothing, of('high')), of('medium'))
  expect(
    worstLeft(withVerdict(both, { score: 40, before: null, vouched: false }, 'legitimate')),
  ).toMatchObject({
    band: 'high',
  })
})

/** What happens to one of five openings. No two ever have the same score, so that counts tell which it is. */
const happening = fc.record({
  opening: fc.nat(4),
  what: fc.constantFrom('scored', 'legitimate', 'suspicious', 'withdrawn', 'code'),
  band: fc.constantFrom(...BANDS),
  vouched: fc.boolean(),
})

it('counts whatever is not known to be the guest: by the host, and where the host says nothing by whoever vouched for it', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 20 }), (happenings) => {
      interface Opening {
        score: BandedScore
        verdict: 'legitimate' | 'suspicious' | null
        vouched: boolean
      }
      const openings = new Map<number, Opening>()
      let known = { scores: {}, cleared: {} }
      happenings.forEach(({ opening, what, band, vouched }, at) => {
        const one = openings.get(opening)
        const score = { band, score: at }
        if (one === undefined) {
          openings.set(opening, { score, verdict: null, vouched })
          known = withScore(known, { ...score, verdict: null, vouched })
        } else if (what === 'scored') {
          known = withScore(known, { ...one, ...score }, one.score)
          one.score = score
        } else if (what === 'code') {
          if (!one.vouched) known = withCode(known, { score: one.score.score, verdict: one.verdict })
          one.vouched = true
        } else {
          const verdict = what === 'withdrawn' ? null : what
          const { verdict: before } = one
          known = withVerdict(known, { score: one.score.score, before, vouched: one.vouched }, verdict)
          one.verdict = verdict
        }
      })
      const risks = [...openings.values()]
        .filter(({ verdict, vouched }) => verdict === 'suspicious' || (verdict === null && !vouched))
        .map(({ score }) => score)
      const worst = risks.toSorted((a, b) => gravity(b) - gravity(a))[0] ?? null
      expect(worstLeft(known)).toEqual(worst)
    }),
  )
})
