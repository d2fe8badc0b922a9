import { describe, expect, it } from 'vitest'
import type { Place } from '../../../src/events/guest.ts'
import { HOUR, MINUTE } from '../../../src/kernel/time.ts'
import { agentClass } from '../../../src/scoring/agent.ts'
import { DEFAULT_THRESHOLDS } from '../../../src/scoring/bands.ts'
import { toOpening } from '../../../src/scoring/opening.ts'
import { v1 } from '../../../src/scoring/rules/v1.ts'
import { NO_TRACES } from '../../../src/scoring/traces.ts'
import { NOW } from '../../support/decider-spec.ts'
import { guest, lagos, only, open, paris, policy, ruleOf, scoreLate, scoring, stateOf } from './scenario.ts'

/** Scores ten for each opening that the baseline knows of: the score tells which baseline was used. */
const tenAnOpening = policy({ ruleSet: ruleOf(({ openings }) => openings * 10) })

const { ipPrefix, fingerprintDigest } = toOpening({
  occurredAt: NOW,
  ip: '203.0.113.9',
  userAgent: 'Safari',
  fingerprint: { screen: '390x844' },
  geo: null,
})
/** A place as the baseline keeps it. */
const seen = ({ lat, lon, city, country, accuracyKm }: Place, at: number) => ({
  lat,
  lon,
  at,
  city,
  country,
  accuracyKm,
  network: null,
})

const attempted = {
  type: 'AccessAttempted',
  data: { attemptId: 'a1', linkVersion: 1, hasUserAgent: true, hasFingerprint: true, deferred: false },
  personal: {
    ip: '203.0.113.9',
    userAgent: 'Safari',
    fingerprint: { screen: '390x844' },
    fingerprintDigest,
    ipPrefix,
  },
} as const

describe('an opening', () => {
  it('is an attempt and its score, with the thresholds and the rules it was scored by', () => {
    guest.when(open()).then([
      attempted,
      {
        type: 'AccessScored',
        data: {
          attemptId: 'a1',
          ruleSet: 'test',
          score: 0,
          subScores: { repeated_access: 0 },
          reasons: [],
          band: 'low',
          thresholds: DEFAULT_THRESHOLDS,
          thresholdsVersion: 0,
          verdict: null,
          decision: 'allowed',
          late: false,
          vouched: false,
        },
        personal: { place: lagos, places: null },
      },
    ])
  })

  it.each([
    [0, 'low', 'allowed'],
    [30, 'low', 'allowed'],
    [31, 'medium', 'allowed'],
    [61, 'high', 'allowed'],
    [85, 'high', 'allowed'],
    [86, 'block', 'blocked'],
    [100, 'block', 'blocked'],
  ])('with the score %i is in the band %s and %s', (score, band, decision) => {
    const facts = guest.when(open({ policy: scoring(score) })).facts()
    expect(only(facts, 'AccessScored').data).toMatchObject({ score, band, decision })
  })

  it('goes by the thresholds of the event', () => {
    const thresholds = { medium: 1, high: 2, block: 3 }
    const facts = guest.when(open({ policy: scoring(4, { thresholds, thresholdsVersion: 7 }) })).facts()
    expect(only(facts, 'AccessScored').data).toMatchObject({
      band: 'block',
      decision: 'blocked',
      thresholds,
      thresholdsVersion: 7,
    })
  })

  it('keeps what identifies the guest out of its data', () => {
    const first = guest.after([open()])
    const elsewhere = open({
      attemptId: 'a2',
      at: NOW + 5 * MINUTE,
      place: paris,
      ip: '198.51.100.1',
      fingerprint: { screen: 'other' },
      policy: policy({ ruleSet: v1 }),
    })
    const facts = first.when(elsewhere).facts()
    const scored = only(facts, 'AccessScored')
    expect(scored.data.reasons.map(({ code }) => code)).toContain('geo_jump_impossible')
    expect(scored.personal).toEqual({ place: paris, places: { before: 'Lagos', now: 'Paris' } })
    const data = JSON.stringify(facts.map((fact) => fact.data))
    expect(data).not.toMatch(/Lagos|Paris|198\.51|Safari|other/)
  })

  it('without a fingerprint and a user agent says so', () => {
    const facts = guest.when(open({ fingerprint: null, userAgent: '', ip: null })).facts()
    expect(only(facts, 'AccessAttempted')).toMatchObject({
      data: { hasUserAgent: false, hasFingerprint: false },
      personal: { ip: null, ipPrefix: null, fingerprintDigest: null },
    })
  })

  it('is compared with the openings before it, not with itself', () => {
    const scores = [1, 2, 3].map((n) => {
      const before = Array.from({ length: n - 1 }, (_, i) => open({ attemptId: `b${String(i)}` }))
      return only(
        guest
          .after(before)
          .when(open({ policy: tenAnOpening }))
          .facts(),
        'AccessScored',
      ).data.score
    })
    expect(scores).toEqual([0, 10, 20])
  })

  it('sets the baseline: device and network of the first one, place of the last', () => {
    const { baseline } = stateOf(
      guest
        .after([open()])
        .after(
          [open({ attemptId: 'a2', ip: '198.51.100.1', fingerprint: { x: 'y' }, place: paris })],
          NOW + HOUR,
        ),
    )
    expect(baseline).toEqual({
      fingerprintDigest,
      ipPrefix,
      openings: 2,
      last: seen(paris, NOW + HOUR),
      known: { digests: [fingerprintDigest], prefixes: [ipPrefix] },
      trusted: NO_TRACES,
      distrusted: NO_TRACES,
      agents: [agentClass('Safari')],
      ownPlace: seen(lagos, NOW),
    })
  })

  it('from an unknown place leaves the last place as it was', () => {
    const { baseline } = stateOf(guest.after([open(), open({ attemptId: 'a2', place: null })]))
    expect(baseline.last).toMatchObject({ city: 'Lagos', at: NOW })
  })

  it('remembers the worst score as the risk of the guest', () => {
    const at = (score: number, attemptId: string) => open({ attemptId, policy: scoring(score) })
    expect(stateOf(guest).risk).toBeNull()
    expect(stateOf(guest.after([at(40, 'a1'), at(70, 'a2'), at(10, 'a3')])).risk).toEqual({
      band: 'high',
      score: 70,
    })
  })
})

describe('an opening whose place came late', () => {
  const deferred = { ...attempted, data: { ...attempted.data, deferred: true } }
  const late = guest.after([open({ place: 'late' })])

  it('goes on unscored', () => {
    guest.when(open({ place: 'late' })).then([deferred])
    const { attempts, pending } = stateOf(late)
    expect([...attempts]).toMatchObject([['a1', { at: NOW, score: null, decision: 'allowed' }]])
    expect([...pending.keys()]).toEqual(['a1'])
  })

  it('is scored once, later', () => {
    const scored = only(late.when(scoreLate()).facts(), 'AccessScored')
    expect(scored.data).toMatchObject({ attemptId: 'a1', late: true, decision: 'allowed' })
    expect(scored.personal.place).toEqual(lagos)
    late.after([scoreLate()]).when(scoreLate()).then([])
  })

  it('was let in, whatever the score says then', () => {
    const facts = late.when(scoreLate({ policy: scoring(100) })).facts()
    expect(only(facts, 'AccessScored').data).toMatchObject({ band: 'block', decision: 'allowed' })
  })

  it('is scored against the baseline from before it, whatever came since', () => {
    const later = late.after([open({ attemptId: 'a2' }), open({ attemptId: 'a3' })], NOW + MINUTE)
    const facts = later.when(scoreLate({ policy: tenAnOpening })).facts()
    expect(only(facts, 'AccessScored').data.score).toBe(0)
  })

  it('is compared by the time it happened, not by the time it is scored', () => {
    const known = guest.after([open()])
    const away = known.after(
      [open({ attemptId: 'a2', at: NOW + 10 * MINUTE, place: 'late' })],
      NOW + 10 * MINUTE,
    )
    const facts = away
      .when(scoreLate({ attemptId: 'a2', place: paris, policy: policy({ ruleSet: v1 }) }))
      .facts()
    const reason = only(facts, 'AccessScored').data.reasons.find(({ code }) => code.startsWith('geo_jump'))
    expect(reason).toMatchObject({ code: 'geo_jump_impossible', params: { minutes: 10 } })
  })

  it('gives the baseline its place when nothing newer is known', () => {
    expect(stateOf(late.after([scoreLate()], NOW + HOUR)).baseline.last).toMatchObject({
      city: 'Lagos',
      at: NOW,
    })
  })

  it('does not move the last place backwards', () => {
    const later = late.after([open({ attemptId: 'a2', at: NOW + MINUTE, place: paris })], NOW + MINUTE)
    const { baseline } = stateOf(later.after([scoreLate()], NOW + HOUR))
    expect(baseline.last).toMatchObject({ city: 'Paris', at: NOW + MINUTE })
    expect(baseline.openings).toBe(2)
  })

  it('is not scored when there is no such attempt, it was scored at once, or the guest was forgotten', () => {
    late.when(scoreLate({ attemptId: 'other' })).then([])
    guest.after([open()]).when(scoreLate()).then([])
    late
      .after([{ kind: 'forget' }])
      .when(scoreLate())
      .then([])
  })

  it('is known to be scored also where the place was erased meanwhile', () => {
    const [fact] = late.when(scoreLate({ policy: scoring(50) })).facts()
    if (fact?.type !== 'AccessScored') throw new Error('not scored')
    const state = stateOf(late.events({ ...fact, personal: 'erased' }))
    expect(state.pending.size).toBe(0)
    expect([...state.attempts.values()]).toMatchObject([
      { score: { ruleSet: 'test', score: 50, band: 'medium' }, decision: 'allowed' },
    ])
    expect(state.baseline.last).toBeNull()
  })
})
