import { describe, expect, it } from 'vitest'
import type { AnswerStepUp, Open, RequestStepUp } from '../../../src/commands/guest/commands.ts'
import {
  CODE_VALIDITY,
  MAX_CODE_TRIES,
  MAX_CODES,
  MAX_CODES_PER_DAY,
} from '../../../src/commands/guest/step-up.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { ann, guest, invite, nobody, open, scoring, stateOf } from './scenario.ts'

const stepUp = { high: true, blocked: true }
const onlyHigh = { high: true, blocked: false }
const suspicious = (change: Partial<Open> = {}) => open({ policy: scoring(70, { stepUp }), ...change })
const blocked = open({ policy: scoring(90, { stepUp }) })

const request = (change: Partial<RequestStepUp> = {}): RequestStepUp => ({
  kind: 'request_step_up',
  attemptId: 'a1',
  challengeId: 'k1',
  at: NOW,
  stepUp,
  ...change,
})
const answer = (right: boolean, change: Partial<AnswerStepUp> = {}): AnswerStepUp => ({
  kind: 'answer_step_up',
  attemptId: 'a1',
  challengeId: 'k1',
  at: NOW,
  right,
  ...change,
})

const requested = (channel: 'email' | 'sms', challengeId = 'k1') =>
  [{ type: 'StepUpRequested', data: { attemptId: 'a1', challengeId, channel } }] as const
const passed = (verdict: 'legitimate' | null = null) =>
  [{ type: 'StepUpPassed', data: { attemptId: 'a1', challengeId: 'k1', score: 70, verdict } }] as const
const failed = [{ type: 'StepUpFailed', data: { attemptId: 'a1', challengeId: 'k1' } }] as const

/** Ann's opening was found suspicious, and the event asks for a code then. */
const challenged = guest.after([suspicious()])
/** She asked for it. */
const asked = challenged.after([request()])

describe('an opening in the high band', () => {
  it.each([
    [70, { high: true, blocked: false }, 'challenged'],
    [70, { high: false, blocked: true }, 'allowed'],
    [60, { high: true, blocked: true }, 'allowed'],
    [86, { high: true, blocked: true }, 'blocked'],
    [86, { high: true, blocked: false }, 'blocked'],
  ] as const)('with the score %i where codes are %j is %s', (score, codes, decision) => {
    const { attempts } = stateOf(guest.after([open({ policy: scoring(score, { stepUp: codes }) })]))
    expect(attempts.get('a1')).toMatchObject({ decision, challenge: null })
  })

  it('that is scored late was let in, so nobody is asked for a code afterwards', () => {
    const late = guest
      .after([suspicious({ place: 'late' })])
      .after([{ kind: 'score_late', attemptId: 'a1', place: null, policy: scoring(70, { stepUp }) }])
    expect(stateOf(late).attempts.get('a1')).toMatchObject({ decision: 'allowed', score: { band: 'high' } })
    late.when(request()).then('no_step_up')
  })
})

describe('a code', () => {
  it('goes to the e-mail address, without one to the phone', () => {
    challenged.when(request()).then(requested('email'))
    const byPhone = nobody.after([invite({ email: null }), suspicious()])
    byPhone.when(request()).then(requested('sms'))
  })

  it('goes to the address on file now', () => {
    const moved = challenged.after([
      { kind: 'change_details', changes: { email: null, phone: ann.phone }, ifChanges: null },
    ])
    moved.when(request()).then(requested('sms'))
  })

  it('cannot be sent to nowhere', () => {
    const unreachable = nobody.after([invite({ email: null, phone: null }), suspicious()])
    expect(unreachable.when(request()).refusal()).toMatchObject({ kind: 'conflict', code: 'no_address' })
  })

  it('lets a blocked opening go on only where the event says so', () => {
    const stopped = guest.after([blocked])
    stopped.when(request()).then(requested('email'))
    stopped.when(request({ stepUp: onlyHigh })).then('no_step_up')
  })

  it('lets a challenged opening go on, also when the event asks for no codes any more', () => {
    challenged.when(request({ stepUp: { high: false, blocked: false } })).then(requested('email'))
  })

  it('is not sent for an opening that was let in, scored or not, nor for one that there is not', () => {
    guest.after([open()]).when(request()).then('no_step_up')
    guest
      .after([open({ place: 'late' })])
      .when(request())
      .then('no_step_up')
    guest
      .after([suspicious({ allowedBy: 'n1' })])
      .when(request())
      .then('no_step_up')
    expect(challenged.when(request({ attemptId: 'a2' })).refusal()).toMatchObject({ kind: 'not_found' })
  })
})

describe('the next code', () => {
  it('for an opening is sent a minute after the last at the earliest', () => {
    const again = (at: number) => request({ challengeId: 'k2', at })
    expect(asked.when(again(NOW + MINUTE - 1)).refusal()).toMatchObject({
      kind: 'too_many',
      code: 'code_sent',
    })
    asked.when(again(NOW + MINUTE)).then(requested('email', 'k2'))
  })

  it('makes the last one worthless', () => {
    const twice = asked.after([request({ challengeId: 'k2', at: NOW + MINUTE })], NOW + MINUTE)
    twice.when(answer(true, { at: NOW + MINUTE })).then('code_expired')
    expect(twice.when(answer(true, { at: NOW + MINUTE, challengeId: 'k2' })).facts()).toMatchObject([
      { type: 'StepUpPassed', data: { challengeId: 'k2' } },
    ])
  })

  const every = (minutes: number, count: number, attemptId = 'a1') =>
    Array.from({ length: count }, (_, i) => {
      const at = NOW + i * minutes * MINUTE
      return { at, command: request({ attemptId, challengeId: `k${String(i)}`, at }) }
    })

  it('is not sent when one opening used up the codes of the guest', () => {
    const codes = every(1, MAX_CODES)
    const all = codes.reduce((spec, { command, at }) => spec.after([command], at), challenged)
    const last = NOW + (MAX_CODES - 1) * MINUTE
    all.when(request({ challengeId: 'more', at: last + MINUTE })).then('code_sent')
    all.when(request({ challengeId: 'more', at: NOW + CODE_VALIDITY - 1 })).then('code_sent')
    all.when(request({ challengeId: 'more', at: NOW + CODE_VALIDITY })).then(requested('email', 'more'))
  })

  it('is not sent when the link used up its codes of the day, until a day after the first or a new link', () => {
    const codes = every(HOUR / MINUTE, MAX_CODES_PER_DAY)
    const all = codes.reduce((spec, { command, at }) => spec.after([command], at), challenged)
    const more = (at: number) => request({ challengeId: 'more', at })
    all.when(more(NOW + DAY - 1)).then('code_sent')
    all.when(more(NOW + DAY)).then(requested('email', 'more'))
    const noon = NOW + 12 * HOUR
    const renewed = all.after([{ kind: 'issue_link' }], noon)
    renewed.when(more(noon)).then('link_invalid')
    const anew = renewed.after([suspicious({ attemptId: 'a2', linkVersion: 2, at: noon })], noon)
    expect(anew.when(request({ attemptId: 'a2', challengeId: 'k2', at: noon })).facts()).toHaveLength(1)
  })

  it('is not sent when several openings together did, also where codes were entered meanwhile', () => {
    const openings = Array.from({ length: MAX_CODES + 1 }, (_, i) => `o${String(i)}`)
    const opened = guest.after(openings.map((attemptId) => suspicious({ attemptId })))
    const others = openings.slice(1).flatMap((attemptId) => {
      const challengeId = `k-${attemptId}`
      return [request({ attemptId, challengeId }), answer(true, { attemptId, challengeId })]
    })
    opened
      .after(others)
      .when(request({ attemptId: 'o0' }))
      .then('code_sent')
    expect(
      opened
        .after(others.slice(0, -2))
        .when(request({ attemptId: 'o0' }))
        .facts(),
    ).toHaveLength(1)
  })
})

describe('the answer to a code', () => {
  it('lets the guest in when it is right, once', () => {
    asked.when(answer(true)).then(passed())
    const done = asked.after([answer(true)])
    expect(stateOf(done).attempts.get('a1')).toMatchObject({
      decision: 'allowed',
      challenge: null,
      score: { band: 'high' },
    })
    done.when(answer(true)).then('code_expired')
    done.when(request({ at: NOW + MINUTE })).then('no_step_up')
  })

  it('lets in who was blocked', () => {
    const done = guest.after([blocked, request(), answer(true)])
    expect(stateOf(done).attempts.get('a1')).toMatchObject({ decision: 'allowed', score: { band: 'block' } })
  })

  it('leaves the opening as it was when it is wrong', () => {
    asked.when(answer(false)).then(failed)
    expect(stateOf(asked.after([answer(false)])).attempts.get('a1')).toMatchObject({
      decision: 'challenged',
      challenge: { challengeId: 'k1', failures: 1 },
    })
  })

  it(`may be wrong ${String(MAX_CODE_TRIES)} times; then not even the right one helps`, () => {
    const wrong = Array.from({ length: MAX_CODE_TRIES }, () => answer(false))
    asked.after(wrong.slice(1)).when(answer(true)).then(passed())
    expect(asked.after(wrong).when(answer(true)).refusal()).toMatchObject({
      kind: 'conflict',
      code: 'code_expired',
    })
    asked.after(wrong).when(answer(false)).then('code_expired')
    const renewed = asked.after(wrong).after([request({ challengeId: 'k2', at: NOW + MINUTE })], NOW + MINUTE)
    expect(renewed.when(answer(true, { challengeId: 'k2', at: NOW + MINUTE })).facts()).toHaveLength(1)
  })

  it('is good for ten minutes', () => {
    expect(CODE_VALIDITY).toBe(10 * MINUTE)
    asked.when(answer(true, { at: NOW + CODE_VALIDITY })).then(passed())
    asked.when(answer(true, { at: NOW + CODE_VALIDITY + 1 })).then('code_expired')
  })

  it('to the code of another opening, or to none that was sent, is refused', () => {
    const both = asked.after([
      suspicious({ attemptId: 'a2' }),
      request({ attemptId: 'a2', challengeId: 'other' }),
    ])
    both.when(answer(true, { challengeId: 'other' })).then('code_expired')
    both.when(answer(true, { attemptId: 'a2' })).then('code_expired')
    challenged.when(answer(true)).then('code_expired')
    asked.when(answer(true, { attemptId: 'a9' })).then('not_found')
  })

  it('that was compared with no code, because none was open, is refused', () => {
    challenged.when(answer(true, { challengeId: null })).then('code_expired')
    asked.when(answer(true, { challengeId: null })).then('code_expired')
  })

  it('that was wrong for a code that was replaced counts for no other', () => {
    const replaced = asked
      .after([request({ challengeId: 'k2', at: NOW + MINUTE })], NOW + MINUTE)
      .events({ type: 'StepUpFailed', data: { attemptId: 'a1', challengeId: 'k1' } })
    expect(stateOf(replaced).attempts.get('a1')?.challenge).toMatchObject({ challengeId: 'k2', failures: 0 })
  })

  it('makes the device and the network known as the guest’s when it is right, and only then', () => {
    const strange = suspicious({
      attemptId: 'a2',
      ip: '198.51.100.1',
      fingerprint: { screen: '2560x1440' },
      at: NOW + SECOND,
    })
    const more = { attemptId: 'a2', challengeId: 'k2' }
    const stranger = guest.after([open(), strange, request(more)])
    const { baseline } = stateOf(stranger.after([answer(false, more)]))
    expect(baseline.trusted).toEqual({ digests: [], prefixes: [] })
    const trusted = stateOf(stranger.after([answer(true, more)])).baseline.trusted
    const digest = stateOf(stranger).attempts.get('a2')?.opening.fingerprintDigest
    expect(trusted).toEqual({ digests: [digest], prefixes: ['198.51.100.0/24'] })
  })
})

describe('an opening that the host found suspicious', () => {
  const suspect = { kind: 'give_verdict', attemptId: 'a1', verdict: 'suspicious', note: null } as const

  it('gets no code, and the one that was sent is worth nothing', () => {
    challenged.after([suspect]).when(request()).then('no_step_up')
    asked.after([suspect]).when(answer(true)).then('code_expired')
  })

  it('gets one again when the host thinks better of it', () => {
    const better = { ...suspect, verdict: 'legitimate' } as const
    challenged.after([suspect, better]).when(request()).then(requested('email'))
    asked.after([suspect, better]).when(answer(true)).then(passed('legitimate'))
  })
})

describe('a code does not bring back a link', () => {
  it.each([
    ['was revoked', [{ kind: 'revoke_link' }]],
    ['was replaced', [{ kind: 'issue_link' }]],
    ['belongs to a guest who was removed', [{ kind: 'remove' }]],
    ['belongs to a guest who was removed and invited again', [{ kind: 'remove' }, invite()]],
  ] as const)('that %s', (_, taken) => {
    challenged.after(taken).when(request()).then('link_invalid')
    asked.after(taken).when(answer(true)).then('link_invalid')
  })

  it('of a guest who was forgotten, of whose openings nothing is known', () => {
    const gone = asked.after([{ kind: 'forget' }])
    gone.when(request({ at: NOW + MINUTE })).then('not_found')
    gone.when(answer(true)).then('not_found')
  })
})
