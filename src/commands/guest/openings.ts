import type { NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { bandOf, type Band } from '../../scoring/bands.ts'
import type { Baseline } from '../../scoring/baseline.ts'
import { toOpening, type Opening } from '../../scoring/opening.ts'
import { separatePlaces } from '../../scoring/reasons.ts'
import { scoreOpening, type Score } from '../../scoring/score.ts'
import { hourlyWait } from '../hourly.ts'
import type { Open, Policy, Rescore, ScoreLate } from './commands.ts'
import type { Attempt, InvitedGuest } from './state.ts'

/**
 * Openings of one link within an hour after which the next is turned away. A guest who looks the invitation up again
 * and again stays far below; it bounds what one leaked link can make the log grow.
 */
export const MAX_OPENINGS_PER_HOUR = 60

/** Unscored visits recorded for one link in one hour, of each kind. */
export const MAX_TOUCHES_PER_HOUR = 4

/** The same answer for a link that was never issued, was replaced, was revoked, or whose guest is gone. */
export function linkInvalid(): DomainError {
  return new DomainError('not_found', 'link_invalid', 'This link does not work. Ask your host for a new one.')
}

/** @throws DomainError `link_invalid` */
export function requireLiveLink(guest: InvitedGuest, linkVersion: number): void {
  const { link, gone } = guest
  if (gone !== null || link.revoked || link.version !== linkVersion) throw linkInvalid()
}

export function decideOpen(guest: InvitedGuest, command: Open): NewGuestFact[] {
  requireLiveLink(guest, command.linkVersion)
  requireRoom(guest, command.at)
  const { attemptId, linkVersion, at, ip, userAgent, fingerprint, place } = command
  const opening = toOpening({
    occurredAt: at,
    ip,
    userAgent,
    fingerprint,
    geo: place === 'late' ? null : place,
  })
  const { ipPrefix, fingerprintDigest, hasUserAgent } = opening
  const attempted: NewGuestFact = {
    type: 'AccessAttempted',
    data: {
      attemptId,
      linkVersion,
      hasUserAgent,
      hasFingerprint: fingerprintDigest !== null,
      deferred: place === 'late' && command.allowedBy === null,
    },
    personal: { ip, userAgent, fingerprint, fingerprintDigest, ipPrefix },
  }
  if (command.allowedBy !== null) {
    const known = place === 'late' ? null : place
    return [
      attempted,
      {
        type: 'AccessAllowlisted',
        data: { attemptId, entryId: command.allowedBy },
        personal: { place: known },
      },
    ]
  }
  if (place === 'late') return [attempted]
  const unjudged = { baseline: guest.baseline, verdict: null }
  return [attempted, ...scored(attemptId, unjudged, opening, command.policy, place, false)]
}

function requireRoom(guest: InvitedGuest, at: number): void {
  const retryAfter = hourlyWait(guest.recentOpenings, MAX_OPENINGS_PER_HOUR, at)
  if (retryAfter === null) return
  throw new DomainError(
    'too_many',
    'too_many_openings',
    'This invitation was opened very often. Try again later.',
    { extras: { retryAfter } },
  )
}

export function decideScoreLate(guest: InvitedGuest, command: ScoreLate): NewGuestFact[] {
  const attempt = guest.pending.get(command.attemptId)
  if (attempt === undefined) return []
  const opening = { ...attempt.opening, geo: command.place }
  const verdict = guest.attempts.get(command.attemptId)?.verdict ?? null
  const known = { baseline: attempt.baseline, verdict }
  return scored(command.attemptId, known, opening, command.policy, command.place, true)
}

function scored(
  attemptId: string,
  { baseline, verdict }: { readonly baseline: Baseline; readonly verdict: Attempt['verdict'] },
  opening: Opening,
  policy: Policy,
  place: ScoreLate['place'],
  late: boolean,
): NewGuestFact[] {
  const { data, places } = banded(attemptId, scoreOpening(policy.ruleSet, baseline, opening), policy, verdict)
  const vouched = isVouchedFor(baseline, opening)
  const fact: NewGuestFact = {
    type: 'AccessScored',
    data: { ...data, decision: decisionOf(data.band, policy, late || vouched), late, vouched },
    personal: { place, places },
  }
  if (policy.shadow === null) return [fact]
  return [fact, shadowScored(data, scoreOpening(policy.shadow, baseline, opening))]
}

/** What the shadow says, beside what counts. Reasons are left out: they are made again from the sub-scores, or by a replay. */
function shadowScored(
  counts: { readonly attemptId: string; readonly ruleSet: string; readonly score: number },
  { ruleSet, score, subScores }: Score,
): NewGuestFact {
  const { attemptId } = counts
  const beside = { ruleSet: counts.ruleSet, score: counts.score }
  return { type: 'AccessShadowScored', data: { attemptId, ruleSet, score, subScores, beside } }
}

/** A score as a fact tells it: the band with the thresholds it came from, and the places apart. */
function banded(
  attemptId: string,
  { ruleSet, score, subScores, reasons }: Score,
  { thresholds, thresholdsVersion }: Pick<Policy, 'thresholds' | 'thresholdsVersion'>,
  verdict: Attempt['verdict'],
) {
  const { reasons: codes, places } = separatePlaces(reasons)
  const data = {
    attemptId,
    ruleSet,
    score,
    subScores,
    reasons: codes.map(({ code, params }) => ({ code, params: { ...params } })),
    band: bandOf(score, thresholds),
    thresholds: { ...thresholds },
    thresholdsVersion,
    verdict,
  }
  return { data, places }
}

/** Nothing for an opening that has no score, or has this very one already. */
export function decideRescore(guest: InvitedGuest, command: Rescore): NewGuestFact[] {
  const attempt = guest.attempts.get(command.attemptId)
  if (attempt?.score == null) return []
  const { score: before, verdict, vouched } = attempt
  const { data, places } = banded(command.attemptId, command.score, command, verdict)
  if (before.ruleSet === data.ruleSet && before.score === data.score && before.band === data.band) return []
  const { ruleSet, score, band } = before
  return [
    {
      type: 'AccessRescored',
      data: { ...data, before: { ruleSet, score, band }, vouched },
      personal: { places },
    },
  ]
}

/**
 * Who was let on before the score was known stays let on, and so does a device that was vouched for: the score informs
 * the host, it does not rewrite the past. A blocked guest who may use a code is asked for it on the way, so the decision itself stays blocked.
 */
function decisionOf(band: Band, { stepUp }: Policy, settled: boolean): 'allowed' | 'blocked' | 'challenged' {
  if (settled) return 'allowed'
  if (band === 'block') return 'blocked'
  return band === 'high' && stepUp.high ? 'challenged' : 'allowed'
}

/**
 * Whether the host, or a code that reached the guest, has vouched for this very device. The score is what the rules make
 * it; but who was cleared is not stopped again.
 */
function isVouchedFor({ trusted }: Baseline, { fingerprintDigest }: Opening): boolean {
  return fingerprintDigest !== null && trusted.digests.includes(fingerprintDigest)
}
