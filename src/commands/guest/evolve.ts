import { ERASED, known } from '../../events/fact.ts'
import type { GuestHappened, Place } from '../../events/guest.ts'
import { unreachable } from '../../kernel/errors.ts'
import { HOUR } from '../../kernel/time.ts'
import { agentClass } from '../../scoring/agent.ts'
import { emptyBaseline } from '../../scoring/baseline.ts'
import type { Opening } from '../../scoring/opening.ts'
import { withCode, withScore, withVerdict, worstOf } from '../../scoring/tally.ts'
import { evolveArrivals, refused, turnedAway } from './arrivals.ts'
import { learn, learned, withoutVerdict, type Lesson } from './lessons.ts'
import { MAX_OPENINGS_PER_HOUR } from './openings.ts'
import { MAX_CODES_PER_DAY } from './step-up.ts'
import type { Attempt, Contact, GuestState, InvitedGuest, Message } from './state.ts'

const NOBODY: Contact = { name: null, email: null, phone: null, externalRef: null }

type Of<T extends GuestHappened['type']> = Extract<GuestHappened, { type: T }>

export function evolveGuest(state: GuestState, fact: GuestHappened): GuestState {
  if (fact.type === 'GuestInvited') return invited(state, fact)
  return state.kind === 'missing' ? state : { ...evolveInvited(state, fact), updatedAt: fact.at }
}

function evolveInvited(state: InvitedGuest, fact: Exclude<GuestHappened, Of<'GuestInvited'>>): InvitedGuest {
  switch (fact.type) {
    case 'GuestDetailsChanged':
      return detailsChanged(state, fact)
    case 'GuestRemoved':
      return { ...state, gone: 'removed' }
    case 'GuestForgotten':
      return {
        ...state,
        gone: 'forgotten',
        contact: NOBODY,
        baseline: emptyBaseline,
        lessons: [],
        pending: new Map(),
        attempts: new Map(),
      }
    case 'LinkIssued':
      // What was done with the old link must not lock out the guest who comes with the new one.
      return {
        ...state,
        link: { version: fact.data.version, revoked: false },
        recentOpenings: [],
        recentCodes: [],
      }
    case 'LinkRevoked':
      return { ...state, link: { version: fact.data.version, revoked: true } }
    case 'InvitationQueued':
      return withMessage(state, fact, 'queued')
    case 'InvitationSent':
      return withMessage(state, fact, 'sent')
    case 'InvitationFailed':
      return withMessage(state, fact, 'failed')
    case 'LinkTouched':
      return touched(state, fact)
    case 'AccessAttempted':
      return attempted(state, fact)
    case 'AccessScored':
      return scored(state, fact)
    case 'AccessAllowlisted':
      return placed(state, fact.data.attemptId, known(fact.personal, 'place'), false)
    // Nothing is decided on it, and nothing follows from it.
    case 'AccessShadowScored':
      return state
    case 'AccessRescored':
      return rescored(state, fact)
    case 'VerdictGiven':
      return judged(state, fact)
    case 'VerdictWithdrawn':
      return unjudged(state, fact)
    case 'StepUpRequested':
      return challenged(state, fact)
    case 'StepUpFailed':
      return challengeFailed(state, fact)
    case 'StepUpPassed':
      return challengePassed(state, fact)
    case 'GuestCheckedIn':
    case 'CheckInConflicted':
    case 'CheckInConflictSettled':
    case 'CheckInConflictReopened':
    case 'CheckInUndone':
      return { ...state, arrivals: evolveArrivals(state.arrivals, fact) }
    case 'CheckInRefused':
      return refused(state, fact)
    case 'GuestTurnedAway':
      return turnedAway(state, fact)
    default:
      return unreachable(fact)
  }
}

/** Also a guest who was removed and is invited again: the history goes on, the old links stay dead. */
function invited(state: GuestState, { data, personal, at }: Of<'GuestInvited'>): InvitedGuest {
  const fresh: InvitedGuest = {
    kind: 'invited',
    gone: null,
    contact: NOBODY,
    plusOnesAllowed: 0,
    utmSource: null,
    createdAt: at,
    updatedAt: at,
    changes: 0,
    link: { version: 0, revoked: true },
    messages: new Map(),
    baseline: emptyBaseline,
    lessons: [],
    pending: new Map(),
    attempts: new Map(),
    recentOpenings: [],
    recentCodes: [],
    touches: { hour: 0, counts: {} },
    scores: {},
    cleared: {},
    risk: null,
    arrivals: [],
    refusals: new Map(),
    turnedAway: null,
    recentRefusals: [],
    recentTurnAways: [],
  }
  return {
    ...(state.kind === 'missing' ? fresh : state),
    gone: null,
    contact: personal === ERASED ? NOBODY : personal,
    plusOnesAllowed: data.plusOnesAllowed,
    utmSource: data.utmSource,
    updatedAt: at,
  }
}

function detailsChanged(state: InvitedGuest, { data, personal }: Of<'GuestDetailsChanged'>): InvitedGuest {
  const changes = personal === ERASED ? {} : personal
  const contact = { ...state.contact }
  for (const key of ['name', 'email', 'phone', 'externalRef'] as const) {
    const value = changes[key]
    if (value !== undefined) contact[key] = value
  }
  return {
    ...state,
    contact,
    changes: state.changes + 1,
    plusOnesAllowed: data.plusOnesAllowed ?? state.plusOnesAllowed,
    utmSource: data.utmSource === undefined ? state.utmSource : data.utmSource,
  }
}

function withMessage(
  state: InvitedGuest,
  { data }: Of<'InvitationQueued' | 'InvitationSent' | 'InvitationFailed'>,
  to: Message['state'],
): InvitedGuest {
  const error = 'reason' in data ? data.reason : null
  const linkVersion = state.messages.get(data.messageId)?.linkVersion ?? state.link.version
  const message = { channel: data.channel, state: to, error, linkVersion }
  return { ...state, messages: new Map(state.messages).set(data.messageId, message) }
}

function touched(state: InvitedGuest, { data, at }: Of<'LinkTouched'>): InvitedGuest {
  const hour = Math.floor(at / HOUR)
  const counts = state.touches.hour === hour ? state.touches.counts : {}
  return { ...state, touches: { hour, counts: { ...counts, [data.kind]: (counts[data.kind] ?? 0) + 1 } } }
}

/** The baseline learns device and network now and the place with the score, which knows it. */
function attempted(state: InvitedGuest, { data, personal, at }: Of<'AccessAttempted'>): InvitedGuest {
  const opening: Opening = {
    occurredAt: at,
    ipPrefix: known(personal, 'ipPrefix'),
    fingerprintDigest: known(personal, 'fingerprintDigest'),
    hasUserAgent: data.hasUserAgent,
    agent: agentClass(known(personal, 'userAgent')),
    geo: null,
  }
  return {
    ...taught(state, { kind: 'opened', opening }),
    pending: state.pending.set(data.attemptId, {
      baseline: state.baseline,
      opening,
      ip: known(personal, 'ip'),
    }),
    attempts: state.attempts.set(data.attemptId, {
      linkVersion: data.linkVersion,
      at,
      opening,
      score: null,
      decision: 'allowed',
      verdict: null,
      vouched: false,
      note: null,
      challenge: null,
    }),
    recentOpenings: [...state.recentOpenings, at].slice(-MAX_OPENINGS_PER_HOUR),
  }
}

function scored(state: InvitedGuest, { data, personal }: Of<'AccessScored'>): InvitedGuest {
  const { attemptId, ruleSet, score, band, decision, late, vouched } = data
  const told = withAttempt(state, attemptId, (attempt) => ({
    ...attempt,
    decision,
    vouched,
    score: { ruleSet, score, band },
  }))
  return placed(assessed(withScore(told, data)), attemptId, known(personal, 'place'), late)
}

/** The decision of then stays; what the guest is taken for follows the newest score. */
function rescored(state: InvitedGuest, { data }: Of<'AccessRescored'>): InvitedGuest {
  const { attemptId, ruleSet, score, band, before } = data
  const told = withAttempt(state, attemptId, (attempt) => ({ ...attempt, score: { ruleSet, score, band } }))
  return assessed(withScore(told, data, before))
}

const assessed = (state: InvitedGuest): InvitedGuest => ({ ...state, risk: worstOf(state) })

/** The opening has all it will get; its place, if one is known, becomes the last place of the guest. */
function placed(state: InvitedGuest, attemptId: string, place: Place | null, late: boolean): InvitedGuest {
  const attempt = state.pending.get(attemptId)
  if (attempt === undefined) return state
  state.pending.delete(attemptId)
  if (place === null) return state
  const opening = { ...attempt.opening, geo: place }
  // A score that comes late must not put the guest back to where an earlier opening was.
  return taught(
    withAttempt(state, attemptId, (one) => ({ ...one, opening })),
    { kind: 'placed', opening, late },
  )
}

function taught(state: InvitedGuest, lesson: Lesson): InvitedGuest {
  state.lessons.push(lesson)
  return { ...state, baseline: learn(state.baseline, lesson) }
}

function withAttempt(
  state: InvitedGuest,
  attemptId: string,
  change: (attempt: Attempt) => Attempt,
): InvitedGuest {
  const attempt = state.attempts.get(attemptId)
  if (attempt !== undefined) state.attempts.set(attemptId, change(attempt))
  return state
}

/** What a verdict says of an opening, the baseline learns of its device and network. */
function judged(state: InvitedGuest, { data, personal }: Of<'VerdictGiven'>): InvitedGuest {
  const { attemptId, verdict } = data
  const attempt = state.attempts.get(attemptId)
  if (attempt === undefined) return state
  const told = withAttempt(state, attemptId, (one) => ({ ...one, verdict, note: known(personal, 'note') }))
  const kind = verdict === 'legitimate' ? 'trusted' : 'distrusted'
  const judged = assessed(withVerdict(told, data, verdict))
  return taught(judged, { kind, opening: attempt.opening, attemptId, by: 'verdict' })
}

/** The baseline is learned anew without what the host had said of the opening. */
function unjudged(state: InvitedGuest, { data }: Of<'VerdictWithdrawn'>): InvitedGuest {
  const { attemptId } = data
  const told = withAttempt(state, attemptId, (one) => ({ ...one, verdict: null, note: null }))
  const lessons = withoutVerdict(state.lessons, attemptId)
  return { ...assessed(withVerdict(told, data, null)), lessons, baseline: learned(lessons) }
}

function challenged(state: InvitedGuest, { data, at }: Of<'StepUpRequested'>): InvitedGuest {
  const { attemptId, challengeId } = data
  const recentCodes = [...state.recentCodes, at].slice(-MAX_CODES_PER_DAY)
  const challenge = { challengeId, at, failures: 0 }
  return withAttempt({ ...state, recentCodes }, attemptId, (attempt) => ({ ...attempt, challenge }))
}

function challengeFailed(state: InvitedGuest, { data }: Of<'StepUpFailed'>): InvitedGuest {
  return withAttempt(state, data.attemptId, (attempt) =>
    attempt.challenge?.challengeId === data.challengeId
      ? { ...attempt, challenge: { ...attempt.challenge, failures: attempt.challenge.failures + 1 } }
      : attempt,
  )
}

/** Who can read the guest's mail is the guest: the device and the network are trusted from now on. */
function challengePassed(state: InvitedGuest, { data }: Of<'StepUpPassed'>): InvitedGuest {
  const { attemptId } = data
  const attempt = state.attempts.get(attemptId)
  if (attempt === undefined) return state
  const vouched = data.score !== null
  const told = withAttempt(state, attemptId, (one) => ({
    ...one,
    decision: 'allowed',
    challenge: null,
    vouched,
  }))
  return taught(assessed(withCode(told, data)), {
    kind: 'trusted',
    opening: attempt.opening,
    attemptId,
    by: 'code',
  })
}
