import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../src/scoring/baseline.ts'
import { v1 } from '../../src/scoring/rules/v1.ts'
import { contributions, scoreOpening, type RuleSet } from '../../src/scoring/score.ts'
import type { Signal, SignalName } from '../../src/scoring/signal.ts'
import { anOpening, baselines, knownGuest, openings, paris } from './builders.ts'

/** A rule set of one signal that always says `subScore`. */
function ruleSetSaying(subScore: number, weight: number, strongNeeded = 0): RuleSet {
  const signal: Signal = { name: 'ip_change', measure: () => subScore, explain: () => null }
  return { id: 'test', signals: [{ signal, weight }], cap: { strongFrom: 70, strongNeeded, highest: 55 } }
}

describe('a score', () => {
  it('carries its rule set, a sub-score for every signal, and no reason where nothing is odd', () => {
    expect(scoreOpening(v1, emptyBaseline, anOpening())).toEqual({
      ruleSet: 'v1',
      score: 0,
      subScores: {
        fingerprint_mismatch: 0,
        ip_change: 0,
        missing_signals: 0,
        repeated_access: 0,
        no_user_agent: 0,
        geo_jump: 0,
      },
      reasons: [],
    })
  })

  it('lists its reasons in the order of the rule set, and a sum of 105 ends at 100', () => {
    const opening = anOpening({ ipPrefix: null, hasUserAgent: false, fingerprintDigest: null, geo: paris })
    const baseline = knownGuest({ openings: 6 })
    const { score, reasons } = scoreOpening(v1, baseline, opening)
    expect(score).toBe(100)
    expect(reasons.map((reason) => reason.code)).toEqual([
      'fingerprint_mismatch',
      'ip_change',
      'missing_signals',
      'repeated_access',
      'no_user_agent',
      'geo_jump_large',
    ])
  })

  it('stops at 55 with a single strong sign, and says so last', () => {
    const opening = anOpening({ fingerprintDigest: 'bb', geo: paris })
    const { score, reasons } = scoreOpening(v1, knownGuest({ openings: 6 }), opening)
    expect(score).toBe(55)
    expect(reasons.at(-1)).toEqual({ code: 'single_signal_cap', params: { cap: 55 } })
  })

  it('goes past 55 with two strong signs', () => {
    const opening = anOpening({ fingerprintDigest: 'bb', ipPrefix: '198.51.100.0/24' })
    const { score, reasons } = scoreOpening(v1, knownGuest(), opening)
    expect(score).toBe(61)
    expect(reasons.map((reason) => reason.code)).toEqual(['fingerprint_mismatch', 'ip_change'])
  })

  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [3.5, 4],
    [2.49, 2],
    [2.51, 3],
    [54.5, 54],
    [99.5, 100],
    [140, 100],
  ])('of %d points is rounded half to even, within the range: %d', (points, expected) => {
    // A sub-score of 1 and a weight of `points` gives that many points in hundredths.
    expect(scoreOpening(ruleSetSaying(1, points * 100), emptyBaseline, anOpening()).score).toBe(expected)
  })

  it('is not capped when the rule set asks for no strong signs, or when it is low anyway', () => {
    expect(scoreOpening(ruleSetSaying(100, 80), emptyBaseline, anOpening()).score).toBe(80)
    expect(scoreOpening(ruleSetSaying(100, 80, 2), emptyBaseline, anOpening()).score).toBe(55)
    const exactly = scoreOpening(ruleSetSaying(100, 55, 2), emptyBaseline, anOpening())
    expect(exactly).toMatchObject({ score: 55, reasons: [] })
  })

  it('is a whole number from 0 to 100 with sub-scores from 0 to 100, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const { score, subScores } = scoreOpening(v1, baseline, opening)
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true)
        for (const subScore of Object.values(subScores)) expect(subScore >= 0 && subScore <= 100).toBe(true)
      }),
    )
  })

  it('never passes 55 with fewer than two sub-scores of 70, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const { score, subScores, reasons } = scoreOpening(v1, baseline, opening)
        const strong = Object.values(subScores).filter((subScore) => subScore >= 70).length
        expect(strong >= 2 || score <= 55).toBe(true)
        if (reasons.some((reason) => reason.code === 'single_signal_cap'))
          expect([strong < 2, score]).toEqual([true, 55])
      }),
    )
  })

  it('is the same again for the same inputs, which it leaves as they were', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const before = JSON.stringify([baseline, opening])
        expect(scoreOpening(v1, baseline, opening)).toEqual(scoreOpening(v1, baseline, opening))
        expect(JSON.stringify([baseline, opening])).toBe(before)
      }),
    )
  })
})

describe('evidence that lowers a score', () => {
  const signal = (name: SignalName, subScore: number): Signal => ({
    name,
    measure: () => subScore,
    explain: () => ({ code: name === 'known_device' ? 'device_known' : 'ip_change', params: {} }),
  })
  const ruleSet = (raising: number): RuleSet => ({
    id: 'test',
    signals: [
      { signal: signal('ip_change', raising), weight: 50 },
      { signal: signal('known_device', 100), weight: -30 },
    ],
    cap: { strongFrom: 70, strongNeeded: 1, highest: 55 },
  })

  it('is taken off, and is a reason, where something raised the score', () => {
    expect(scoreOpening(ruleSet(80), emptyBaseline, anOpening())).toEqual({
      ruleSet: 'test',
      score: 10,
      subScores: { ip_change: 80, known_device: 100 },
      reasons: [
        { code: 'ip_change', params: {} },
        { code: 'device_known', params: {} },
      ],
    })
  })

  it('never takes a score below 0, and is no reason where there is nothing to lower', () => {
    expect(scoreOpening(ruleSet(40), emptyBaseline, anOpening()).score).toBe(0)
    expect(scoreOpening(ruleSet(0), emptyBaseline, anOpening())).toMatchObject({ score: 0, reasons: [] })
  })

  it('is no strong sign', () => {
    const capped = { ...ruleSet(60), cap: { strongFrom: 70, strongNeeded: 1, highest: 0 } }
    expect(
      scoreOpening({ ...capped, signals: capped.signals.slice(0, 1) }, emptyBaseline, anOpening()).score,
    ).toBe(0)
    const weak = {
      ...capped,
      signals: [{ signal: signal('ip_change', 60), weight: 100 }, ...capped.signals.slice(1)],
    }
    expect(scoreOpening(weak, emptyBaseline, anOpening()).score).toBe(0)
  })

  it('can be shown beside what raised it, in points', () => {
    expect(contributions(ruleSet(80), { ip_change: 80, known_device: 100 })).toEqual([
      { signal: 'ip_change', subScore: 80, points: 40 },
      { signal: 'known_device', subScore: 100, points: -30 },
    ])
    expect(contributions(ruleSet(80), {})[0]).toEqual({ signal: 'ip_change', subScore: 0, points: 0 })
  })
})
