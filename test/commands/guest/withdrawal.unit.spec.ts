import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../src/commands/guest/commands.ts'
import type { InvitedGuest } from '../../../src/commands/guest/state.ts'
import { HOUR } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import {
  forgotten,
  guest,
  lagos,
  only,
  open,
  paris,
  policy,
  scoreLate,
  scoring,
  stateOf,
} from './scenario.ts'

const give = (
  verdict: 'legitimate' | 'suspicious' = 'legitimate',
  attemptId = 'a1',
  note: string | null = null,
): GuestCommand => ({ kind: 'give_verdict', attemptId, verdict, note })
const withdraw = (attemptId = 'a1'): GuestCommand => ({ kind: 'withdraw_verdict', attemptId })

const phone = { platform: 'phone' }
const opened = guest.after([open({ policy: scoring(90), fingerprint: phone })])

describe('a verdict that is taken back', () => {
  it('is told with what it was and the score it judged', () => {
    opened
      .after([give()])
      .when(withdraw())
      .then([
        {
          type: 'VerdictWithdrawn',
          data: { attemptId: 'a1', before: 'legitimate', score: 90, vouched: false },
        },
      ])
  })

  it('is nothing where there is none, and refused for an opening that there is not', () => {
    opened.when(withdraw()).then([])
    opened.after([give(), withdraw()]).when(withdraw()).then([])
    expect(opened.when(withdraw('a2')).refusal()).toMatchObject({ kind: 'not_found', code: 'not_found' })
    opened.events(forgotten).when(withdraw()).then('not_found')
  })

  it('leaves the opening unjudged: later scores, verdicts and codes find nothing said', () => {
    const late = guest.after([open({ place: 'late' }), give('suspicious'), withdraw()])
    expect(only(late.when(scoreLate()).facts(), 'AccessScored').data.verdict).toBeNull()
    const again = opened
      .after([give('suspicious'), withdraw()])
      .when(give())
      .facts()
    expect(only(again, 'VerdictGiven').data.before).toBeNull()
    const code = { kind: 'request_step_up', attemptId: 'a1', challengeId: 'k1', at: NOW } as const
    const stepUp = { high: true, blocked: true }
    opened
      .after([give('suspicious')])
      .when({ ...code, stepUp })
      .then('no_step_up')
    expect(
      opened
        .after([give('suspicious'), withdraw()])
        .when({ ...code, stepUp })
        .facts(),
    ).toHaveLength(1)
  })

  it('stops the device again that it had let in', () => {
    const next = open({ attemptId: 'a2', policy: scoring(90), fingerprint: phone })
    const decision = (...said: GuestCommand[]) =>
      only(opened.after(said).when(next).facts(), 'AccessScored').data.decision
    expect(decision(give())).toBe('allowed')
    expect(decision(give(), withdraw())).toBe('blocked')
  })

  it('does not take away what a code taught, or a verdict on another opening of the device', () => {
    const challenged = guest.after([
      open({ policy: scoring(70, { stepUp: { high: true, blocked: false } }), fingerprint: phone }),
      {
        kind: 'request_step_up',
        attemptId: 'a1',
        challengeId: 'k1',
        at: NOW,
        stepUp: { high: true, blocked: false },
      },
      { kind: 'answer_step_up', attemptId: 'a1', challengeId: 'k1', at: NOW, right: true },
    ])
    const trusted = (...commands: GuestCommand[]) =>
      stateOf(challenged.after(commands)).baseline.trusted.digests
    expect(trusted()).toHaveLength(1)
    expect(trusted(give('suspicious'))).toEqual([])
    expect(trusted(give('suspicious'), withdraw())).toEqual(trusted())

    const twice = opened.after([
      open({ attemptId: 'a2', fingerprint: phone }),
      give('legitimate', 'a1'),
      give('legitimate', 'a2'),
      withdraw('a1'),
    ])
    expect(stateOf(twice).baseline.trusted.digests).toHaveLength(1)
  })

  it('gives back what a verdict of suspicious had thrown out, with the place', () => {
    const before = stateOf(opened).baseline
    expect(stateOf(opened.after([give('suspicious')])).baseline.ownPlace).toBeNull()
    expect(before.ownPlace).toMatchObject({ city: 'Lagos' })
    expect(stateOf(opened.after([give('suspicious'), withdraw()])).baseline).toEqual(before)
  })

  const step = fc.oneof(
    fc.record({
      kind: fc.constant('open' as const),
      device: fc.constantFrom('phone', 'laptop', 'tablet', null),
      ip: fc.constantFrom('203.0.113.9', '198.51.100.7', null),
      place: fc.constantFrom(lagos, paris, null, 'late' as const),
    }),
    fc.record({ kind: fc.constant('score_late' as const), of: fc.nat(5) }),
    fc.record({
      kind: fc.constant('verdict' as const),
      of: fc.nat(5),
      verdict: fc.constantFrom('legitimate' as const, 'suspicious' as const),
    }),
  )

  /** Whether somebody had vouched for a later opening is what was so at the time, as its score is. */
  const lasting = ({ attempts }: InvitedGuest) =>
    [...attempts].map(([id, { vouched: _then, ...attempt }]) => [id, attempt])

  it('leaves the baseline as if it had never been given, whatever came before and between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), fc.nat(5), (steps, of) => {
        const commands = steps.map((one, n): GuestCommand => {
          if (one.kind === 'open') {
            const fingerprint = one.device === null ? null : { platform: one.device }
            const at = NOW + n * HOUR
            return open({ attemptId: `a${String(n)}`, at, ip: one.ip, fingerprint, place: one.place })
          }
          const attemptId = `a${String(one.of)}`
          return one.kind === 'verdict'
            ? give(one.verdict, attemptId)
            : scoreLate({ attemptId, place: paris, policy: policy() })
        })
        const known = new Set(commands.flatMap((one) => (one.kind === 'open' ? [one.attemptId] : [])))
        const attemptId = `a${String(of)}`
        fc.pre(known.has(attemptId))
        const possible = commands.filter(
          (one, n) =>
            !('attemptId' in one) ||
            one.kind === 'open' ||
            commands
              .slice(0, n)
              .some((earlier) => earlier.kind === 'open' && earlier.attemptId === one.attemptId),
        )
        const others = possible.filter((one) => one.kind !== 'give_verdict' || one.attemptId !== attemptId)
        const withdrawn = stateOf(guest.after([...possible, withdraw(attemptId)]))
        const never = stateOf(guest.after(others))
        expect(withdrawn.baseline).toEqual(never.baseline)
        expect(lasting(withdrawn)).toEqual(lasting(never))
      }),
    )
  })
})

describe('the same verdict again', () => {
  it('is nothing in the same words, and a fact in others', () => {
    const judged = opened.after([give('legitimate', 'a1', 'She called.')])
    judged.when(give('legitimate', 'a1', 'She called.')).then([])
    expect(judged.when(give('legitimate', 'a1', 'She wrote.')).facts()).toHaveLength(1)
    expect(judged.when(give('legitimate', 'a1', null)).facts()).toHaveLength(1)
    expect(judged.when(give('suspicious', 'a1', 'She called.')).facts()).toHaveLength(1)
  })

  it('is a fact again after it was taken back', () => {
    expect(opened.after([give(), withdraw()]).when(give()).facts()).toHaveLength(1)
  })
})

describe('what a verdict of legitimate teaches', () => {
  it('includes the place: the next opening is measured from where the guest was', () => {
    const strange = open({
      attemptId: 'a2',
      ip: '198.51.100.7',
      fingerprint: { platform: 'laptop' },
      place: paris,
      at: NOW + HOUR,
    })
    const away = opened.after([strange], NOW + HOUR)
    expect(stateOf(away).baseline.ownPlace).toMatchObject({ city: 'Lagos' })
    expect(stateOf(away.after([give('legitimate', 'a2')])).baseline.ownPlace).toMatchObject({ city: 'Paris' })
  })
})
