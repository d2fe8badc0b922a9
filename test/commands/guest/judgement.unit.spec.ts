import { describe, expect, it } from 'vitest'
import type { GiveVerdict, Open, Rescore } from '../../../src/commands/guest/commands.ts'
import type { GuestHappened } from '../../../src/events/guest.ts'
import { HOUR } from '../../../src/kernel/time.ts'
import { DEFAULT_THRESHOLDS } from '../../../src/scoring/bands.ts'
import { NOW, type Past } from '../../support/decider-spec.ts'
import {
  forgotten,
  guest,
  only,
  open,
  removed,
  scoreLate,
  scoring,
  stateOf,
  type FactOfType,
} from './scenario.ts'

describe('a verdict', () => {
  const verdict = (change: Partial<GiveVerdict> = {}): GiveVerdict => ({
    kind: 'give_verdict',
    attemptId: 'a1',
    verdict: 'legitimate',
    note: null,
    ...change,
  })
  const opened = guest.after([open({ policy: scoring(70) })])

  it('is recorded with the score it judges, the note sealed', () => {
    opened.when(verdict({ note: 'She called.' })).then([
      {
        type: 'VerdictGiven',
        data: { attemptId: 'a1', verdict: 'legitimate', before: null, score: 70, vouched: false },
        personal: { note: 'She called.' },
      },
    ])
  })

  it('may change, and says what it was before; the latest counts', () => {
    const changed = opened.after([verdict()])
    const suspicious = verdict({ verdict: 'suspicious' })
    changed.when(suspicious).then([
      {
        type: 'VerdictGiven',
        data: { attemptId: 'a1', verdict: 'suspicious', before: 'legitimate', score: 70, vouched: false },
        personal: { note: null },
      },
    ])
    expect(stateOf(changed.after([suspicious])).attempts.get('a1')?.verdict).toBe('suspicious')
  })

  it('may be given of an opening without a score: one still to come, or from a trusted network', () => {
    for (const unscored of [open({ place: 'late' }), open({ allowedBy: 'N1' })]) {
      const [fact] = guest.after([unscored]).when(verdict()).facts()
      expect(fact?.data).toMatchObject({ attemptId: 'a1', score: null })
    }
  })

  it('that was given before the score came is told with the score', () => {
    const judged = guest.after([open({ place: 'late' }), verdict()])
    expect(only(judged.when(scoreLate()).facts(), 'AccessScored').data.verdict).toBe('legitimate')
    expect(stateOf(judged.after([scoreLate()])).attempts.get('a1')).toMatchObject({
      verdict: 'legitimate',
      score: { score: 0 },
    })
  })

  it('of legitimate lets that device in from now on, whatever the score, and no other', () => {
    const device = { platform: 'phone' }
    const stopped = guest.after([open({ policy: scoring(90), fingerprint: device })])
    const decision = (spec: typeof guest, fingerprint: Record<string, string> | null) =>
      only(spec.when(open({ attemptId: 'a2', policy: scoring(90), fingerprint })).facts(), 'AccessScored')
        .data.decision
    expect(decision(stopped, device)).toBe('blocked')
    const cleared = stopped.after([verdict()])
    expect(decision(cleared, device)).toBe('allowed')
    expect(decision(cleared, { platform: 'another' })).toBe('blocked')
    expect(decision(cleared, null)).toBe('blocked')
    expect(decision(cleared.after([verdict({ verdict: 'suspicious' })]), device)).toBe('blocked')
  })

  it('of legitimate is told with what that device opens from then on, also what would be let in anyway', () => {
    const device = { platform: 'phone' }
    const cleared = guest.after([open({ policy: scoring(70), fingerprint: device }), verdict()])
    const again = { attemptId: 'a2', policy: scoring(70) }
    const vouched = (opening: Open) => only(cleared.when(opening).facts(), 'AccessScored').data
    expect(vouched(open({ ...again, fingerprint: device }))).toMatchObject({ band: 'high', vouched: true })
    expect(vouched(open({ ...again, fingerprint: { platform: 'another' } }))).toMatchObject({
      vouched: false,
    })
    const late = cleared.after([open({ ...again, fingerprint: device, place: 'late' })])
    const scored = late.when(scoreLate({ attemptId: 'a2', policy: scoring(70) })).facts()
    expect(only(scored, 'AccessScored').data).toMatchObject({ late: true, vouched: true })
  })

  it('leaves score and decision as they were', () => {
    const blocked = guest.after([open({ policy: scoring(90) })])
    expect(stateOf(blocked.after([verdict()])).attempts.get('a1')).toMatchObject({
      decision: 'blocked',
      score: { score: 90, band: 'block' },
    })
  })

  it('of an opening that there is not, or of a guest who was forgotten, is refused', () => {
    for (const spec of [guest, opened.events(forgotten)]) {
      expect(spec.when(verdict()).refusal()).toMatchObject({ kind: 'not_found', code: 'not_found' })
    }
    expect(opened.when(verdict({ attemptId: 'a2' })).refusal().kind).toBe('not_found')
  })

  it('may still be given of a guest who was removed', () => {
    expect(opened.events(removed).when(verdict()).facts()).toHaveLength(1)
  })
})

describe('another score of an opening', () => {
  const rescore = (score: number, change: Partial<Rescore> = {}, ruleSet = 'v2'): Rescore => ({
    kind: 'rescore',
    attemptId: 'a1',
    score: {
      ruleSet,
      score,
      subScores: { geo_jump: score },
      reasons: [{ code: 'geo_jump_large', params: { km: 900 }, places: { before: 'Lagos', now: 'Paris' } }],
    },
    thresholds: DEFAULT_THRESHOLDS,
    thresholdsVersion: 0,
    ...change,
  })
  const opened = guest.after([open({ policy: scoring(70) })])

  it('is told with the one before, the places sealed', () => {
    opened.when(rescore(20)).then([
      {
        type: 'AccessRescored',
        data: {
          attemptId: 'a1',
          ruleSet: 'v2',
          score: 20,
          subScores: { geo_jump: 20 },
          reasons: [{ code: 'geo_jump_large', params: { km: 900 } }],
          band: 'low',
          thresholds: DEFAULT_THRESHOLDS,
          thresholdsVersion: 0,
          verdict: null,
          before: { ruleSet: 'test', score: 70, band: 'high' },
          vouched: false,
        },
        personal: { places: { before: 'Lagos', now: 'Paris' } },
      },
    ])
  })

  it('that is the same is nothing', () => {
    opened.when(rescore(70, {}, 'test')).then([])
    opened
      .after([rescore(20)])
      .when(rescore(20))
      .then([])
  })

  it('by other rules, or in another band, is told though the number is the same', () => {
    expect(opened.when(rescore(70)).facts()).toHaveLength(1)
    const stricter = { thresholds: { medium: 10, high: 20, block: 69 }, thresholdsVersion: 4 }
    const facts = opened.when(rescore(70, stricter, 'test')).facts()
    expect(only(facts, 'AccessRescored').data).toMatchObject({
      band: 'block',
      ...stricter,
      before: { band: 'high' },
    })
  })

  it('is the one before the next', () => {
    const facts = opened
      .after([rescore(20)])
      .when(rescore(40, {}, 'test'))
      .facts()
    expect(only(facts, 'AccessRescored').data.before).toEqual({ ruleSet: 'v2', score: 20, band: 'low' })
  })

  it.each([
    [70, 100, 'allowed'],
    [90, 0, 'blocked'],
  ] as const)('leaves the decision: %i that becomes %i stays %s', (before, after, decision) => {
    const spec = guest.after([open({ policy: scoring(before) }), rescore(after)])
    expect(stateOf(spec).attempts.get('a1')).toMatchObject({
      decision,
      score: { ruleSet: 'v2', score: after },
    })
  })

  it('carries the verdict that the host had given by then', () => {
    const judged = opened.after([
      { kind: 'give_verdict', attemptId: 'a1', verdict: 'suspicious', note: null },
    ])
    expect(only(judged.when(rescore(20)).facts(), 'AccessRescored').data.verdict).toBe('suspicious')
  })

  it('is nothing for an opening without a score, and for one that there is not', () => {
    guest
      .after([open({ place: 'late' })])
      .when(rescore(20))
      .then([])
    guest
      .after([open({ allowedBy: 'N1' })])
      .when(rescore(20))
      .then([])
    opened.when(rescore(20, { attemptId: 'a2' })).then([])
    opened.events(forgotten).when(rescore(20)).then([])
  })
})

describe('what still happens of openings of a guest who was forgotten', () => {
  const score = {
    attemptId: 'a1',
    ruleSet: 'v1',
    score: 90,
    subScores: {},
    reasons: [],
    band: 'block' as const,
    thresholds: DEFAULT_THRESHOLDS,
    thresholdsVersion: 0,
    verdict: null,
  } satisfies Partial<FactOfType<'AccessScored'>['data']>
  const challenge = { attemptId: 'a1', challengeId: 'k1' }
  const later: readonly Past<GuestHappened>[] = [
    {
      type: 'AccessScored',
      data: { ...score, decision: 'blocked', late: false, vouched: false },
      personal: 'erased',
    },
    { type: 'AccessAllowlisted', data: { attemptId: 'a1', entryId: 'N1' }, personal: 'erased' },
    {
      type: 'AccessRescored',
      data: { ...score, before: { ruleSet: 'v2', score: 0, band: 'low' }, vouched: false },
      personal: 'erased',
    },
    {
      type: 'VerdictGiven',
      data: { attemptId: 'a1', verdict: 'legitimate', before: null, score: 90, vouched: false },
      personal: 'erased',
    },
    { type: 'StepUpRequested', data: { ...challenge, channel: 'email' } },
    { type: 'StepUpFailed', data: challenge },
    { type: 'StepUpPassed', data: { ...challenge, score: 90, verdict: null } },
  ]
  const gone = guest.after([open(), open({ attemptId: 'a2', place: 'late' })]).events(forgotten)

  it.each(later)('$type is folded, and brings nothing of them back', (fact) => {
    const { attempts, pending, baseline } = stateOf(gone)
    expect([attempts.size, pending.size, baseline.openings]).toEqual([0, 0, 0])
    const after = stateOf(gone.events(fact))
    expect(after).toMatchObject({ gone: 'forgotten', attempts, pending, baseline })
  })

  it('is all of it folded, in the order it came', () => {
    const state = stateOf(gone.events(...later.map((fact, i) => ({ ...fact, at: NOW + i * HOUR }))))
    expect(state).toMatchObject({ gone: 'forgotten', updatedAt: NOW + (later.length - 1) * HOUR })
    expect(state.attempts.size).toBe(0)
  })
})
