import { anAttemptId } from './ids.ts'
import type { Data, InStream } from './step.ts'

export const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

const LYON = { country: 'FR', city: 'Lyon', lat: 45.76, lon: 4.84, accuracyKm: 20 }
const THRESHOLDS = { medium: 30, high: 60, block: 85 }

/** Openings of a link, with what was found out about them. */
export function openingSteps(step: InStream) {
  return { ...accessSteps(step), ...judgementSteps(step), ...stepUpSteps(step) }
}

/** The opening itself, and the score or the network that decided it. */
function accessSteps(step: InStream) {
  return {
    touched: () =>
      step({
        type: 'LinkTouched',
        data: { kind: 'scanner' },
        personal: { ip: '192.0.2.1', userAgent: 'bot' },
      }),
    attempted: (attempt = 0, userAgent: string | null = IPHONE) =>
      step({
        type: 'AccessAttempted',
        data: {
          attemptId: anAttemptId(attempt),
          linkVersion: 1,
          hasUserAgent: userAgent !== null,
          hasFingerprint: false,
          deferred: false,
        },
        personal: {
          ip: '192.0.2.1',
          userAgent,
          fingerprint: null,
          fingerprintDigest: null,
          ipPrefix: '192.0.2',
        },
      }),
    scored: (attempt = 0, data: Partial<Data<'AccessScored'>> = {}) =>
      step({
        type: 'AccessScored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v1',
          score: 19,
          subScores: { missing_signals: 70 },
          reasons: [{ code: 'missing_signals', params: {} }],
          band: 'low',
          thresholds: THRESHOLDS,
          thresholdsVersion: 0,
          verdict: null,
          decision: 'allowed',
          late: false,
          vouched: false,
          ...data,
        },
        personal: {
          place: LYON,
          places: { before: 'Paris', now: 'Lyon' },
        },
      }),
    shadowScored: (attempt = 0, data: Partial<Data<'AccessShadowScored'>> = {}) =>
      step({
        type: 'AccessShadowScored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v2',
          score: 40,
          subScores: { new_device: 100 },
          beside: { ruleSet: 'v1', score: 19 },
          ...data,
        },
      }),
    allowlisted: (attempt = 0) =>
      step({
        type: 'AccessAllowlisted',
        data: { attemptId: anAttemptId(attempt), entryId: 'n1' },
        personal: { place: LYON },
      }),
  }
}

/** What was thought of it later. */
function judgementSteps(step: InStream) {
  return {
    rescored: (attempt = 0, data: Partial<Data<'AccessRescored'>> = {}) =>
      step({
        type: 'AccessRescored',
        data: {
          attemptId: anAttemptId(attempt),
          ruleSet: 'v2',
          score: 40,
          subScores: { missing_signals: 70 },
          reasons: [{ code: 'missing_signals', params: {} }],
          band: 'medium',
          thresholds: THRESHOLDS,
          thresholdsVersion: 0,
          verdict: null,
          before: { ruleSet: 'v1', score: 19, band: 'low' },
          vouched: false,
          ...data,
        },
        personal: { places: { before: 'Paris', now: 'Lyon' } },
      }),
    verdict: (
      attempt = 0,
      verdict: Data<'VerdictGiven'>['verdict'] = 'legitimate',
      note: string | null = null,
    ) =>
      step({
        type: 'VerdictGiven',
        data: { attemptId: anAttemptId(attempt), verdict, before: null, score: 19, vouched: false },
        personal: { note },
      }),
    verdictWithdrawn: (attempt = 0, before: Data<'VerdictWithdrawn'>['before'] = 'legitimate') =>
      step({
        type: 'VerdictWithdrawn',
        data: { attemptId: anAttemptId(attempt), before, score: 19, vouched: false },
      }),
  }
}

/** Codes that were asked for. */
function stepUpSteps(step: InStream) {
  return {
    codeRequested: (attempt = 0) =>
      step({
        type: 'StepUpRequested',
        data: { attemptId: anAttemptId(attempt), challengeId: 'c1', channel: 'email' },
      }),
    codeFailed: (attempt = 0) =>
      step({ type: 'StepUpFailed', data: { attemptId: anAttemptId(attempt), challengeId: 'c1' } }),
    codePassed: (attempt = 0, score: number | null = 19) =>
      step({
        type: 'StepUpPassed',
        data: { attemptId: anAttemptId(attempt), challengeId: 'c1', score, verdict: null },
      }),
  }
}
