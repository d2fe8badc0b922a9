import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandOf, DEFAULT_THRESHOLDS } from '../../src/scoring/bands.ts'
import {
  distrustOpening,
  emptyBaseline,
  evolveBaseline,
  trustOpening,
  type Baseline,
} from '../../src/scoring/baseline.ts'
import type { Opening } from '../../src/scoring/opening.ts'
import { v1 } from '../../src/scoring/rules/v1.ts'
import { v2 } from '../../src/scoring/rules/v2.ts'
import { scoreOpening, type RuleSet } from '../../src/scoring/score.ts'
import { sentence } from '../../src/scoring/wording.ts'
import { anOpening, AT, baselines, IPHONE, lagos, LAPTOP, openings, paris } from './builders.ts'

const HOUR = 3_600_000
const ibadan = { ...lagos, city: 'Ibadan', lat: 7.3775, lon: 3.947 }
const atHome = anOpening({ fingerprintDigest: 'laptop', agent: LAPTOP })
const onTelephone = { fingerprintDigest: 'phone', agent: IPHONE }
const onMobile = anOpening({ ...onTelephone, ipPrefix: '102.89.23.0/24', occurredAt: AT + HOUR / 4 })

function told(ruleSet: RuleSet, history: readonly Opening[] | Baseline, opening: Opening) {
  const baseline = 'openings' in history ? history : history.reduce(evolveBaseline, emptyBaseline)
  const { score, reasons } = scoreOpening(ruleSet, baseline, opening)
  return { score, band: bandOf(score, DEFAULT_THRESHOLDS), because: reasons.map(sentence) }
}

describe('what v1 gets wrong, by v2', () => {
  it('the laptop at home, then the telephone on a carrier that surfaces in another city: review, not block', () => {
    const capital = { country: 'NG', city: 'Abuja', lat: 9.0579, lon: 7.4951 }
    expect(told(v1, [atHome], { ...onMobile, geo: capital })).toMatchObject({ score: 100, band: 'block' })
    expect(told(v2, [atHome], { ...onMobile, geo: capital })).toEqual({
      score: 50,
      band: 'medium',
      because: [
        'Opened on a device not known of this guest',
        'Opened from a network not known of this guest',
      ],
    })
  })

  it('a jump implies another network, and counts once', () => {
    const jumped = { ...atHome, ipPrefix: '198.51.100.0/24', geo: paris, occurredAt: AT + HOUR }
    expect(told(v1, [atHome], jumped).band).toBe('medium')
    const { subScores } = scoreOpening(v2, evolveBaseline(emptyBaseline, atHome), jumped)
    expect(subScores).toMatchObject({ impossible_travel: 100, new_network: 0 })
    expect(told(v2, [atHome], jumped)).toEqual({
      score: 29,
      band: 'low',
      because: ['Opened from Lagos and Paris within 60 minutes', 'From a device this guest used before'],
    })
  })

  it('a verdict teaches device and network, and the guest’s travels with them', () => {
    const abroad = { ...onMobile, geo: paris, occurredAt: AT + HOUR }
    const before = [atHome, abroad].reduce(evolveBaseline, emptyBaseline)
    const again = { ...abroad, occurredAt: AT + 2 * HOUR }
    expect(told(v2, before, again)).toMatchObject({ score: 78, band: 'high' })
    expect(told(v2, trustOpening(before, abroad), again)).toEqual({ score: 0, band: 'low', because: [] })
    expect(told(v1, trustOpening(before, abroad), again).score).toBe(told(v1, before, again).score)
  })

  it('a stranger who opens first is not the guest for ever: a verdict undoes it', () => {
    const stranger = anOpening({ fingerprintDigest: 'stranger', ipPrefix: '192.0.2.0/24', geo: paris })
    const fooled = evolveBaseline(emptyBaseline, stranger)
    const guest = { ...atHome, occurredAt: AT + 48 * HOUR }
    expect(told(v2, fooled, guest).band).toBe('high')
    const undone = distrustOpening(fooled, stranger)
    expect(told(v2, undone, guest).score).toBe(0)
    expect(told(v2, evolveBaseline(undone, guest), stranger)).toMatchObject({ band: 'block' })
  })
})

describe('v2', () => {
  it('never has less to say for a guest who stays at home, whatever the device', () => {
    const house = [atHome, anOpening({ fingerprintDigest: 'tablet', agent: 'iPad/Safari' })]
    expect(told(v2, [atHome], house[1]!).band).toBe('low')
    expect(told(v2, house, house[1]!).score).toBe(0)
  })

  it('keeps a stranger a stranger who opens again and again', () => {
    const stranger = anOpening({ fingerprintDigest: 'stranger', ipPrefix: '192.0.2.0/24', geo: ibadan })
    const first = told(v2, [atHome], stranger)
    expect(told(v2, [atHome, stranger, stranger, stranger], stranger)).toEqual(first)
    expect(first.band).toBe('medium')
  })

  it('calls a script in a data centre abroad blocked, when it withholds what the guest showed', () => {
    const script = anOpening({
      fingerprintDigest: null,
      hasUserAgent: false,
      agent: null,
      ipPrefix: '192.0.2.0/24',
      geo: paris,
      occurredAt: AT + 30 * HOUR,
    })
    expect(told(v2, [atHome], script)).toEqual({
      score: 100,
      band: 'block',
      because: [
        'The browser shared no device details, other than before',
        'Opened from a network in another country than before',
        'The browser shared no device details',
        'The browser did not say what it is',
      ],
    })
  })

  it('asks little of a browser that never shares details and looks the same as before', () => {
    const quiet = anOpening({ fingerprintDigest: null })
    expect(told(v2, [quiet], { ...quiet, ipPrefix: '198.51.100.0/24' }).band).toBe('low')
  })

  it('does not let one strong sign alone pass the cap, whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const { score, subScores } = scoreOpening(v2, baseline, opening)
        const strong = v2.signals.filter(
          ({ signal, weight }) => weight > 0 && (subScores[signal.name] ?? 0) >= 70,
        )
        expect(strong.length >= 2 || score <= 55).toBe(true)
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true)
      }),
    )
  })

  it('never scores an opening higher for a word of trust, whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const { score } = scoreOpening(v2, baseline, opening)
        expect(scoreOpening(v2, trustOpening(baseline, opening), opening).score).toBeLessThanOrEqual(score)
      }),
    )
  })

  it('is the same again for the same inputs, which it leaves as they were, also when they were written down', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const before = JSON.stringify([baseline, opening])
        const score = scoreOpening(v2, baseline, opening)
        const [read, seen] = JSON.parse(before) as [Baseline, Opening]
        expect(scoreOpening(v2, read, seen)).toEqual(score)
        expect(JSON.stringify([baseline, opening])).toBe(before)
      }),
    )
  })

  it('scores what was recorded before it existed, where class and kind are not told', () => {
    const { agent, network, ...old } = onMobile
    expect([agent, network]).toEqual([IPHONE, null])
    expect(told(v2, [atHome], old).band).toBe('medium')
  })
})
