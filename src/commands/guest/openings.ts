import type { NewGuestFact } from '../../events/guest.ts'
import { DomainError } from '../../kernel/errors.ts'
import { HOUR } from '../../kernel/time.ts'
import { bandOf, type Band, type Thresholds } from '../../scoring/bands.ts'
import type { Baseline } from '../../scoring/baseline.ts'
import { toOpening, type Opening } from '../../scoring/opening.ts'
import { separatePlaces } from '../../scoring/reasons.ts'
import { scoreOpening, type RuleSet } from '../../scoring/score.ts'
import type { Open, ScoreLate } from './commands.ts'
import type { InvitedGuest } from './state.ts'

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
      deferred: place === 'late',
    },
    personal: { ip, userAgent, fingerprint, fingerprintDigest, ipPrefix },
  }
  if (place === 'late') return [attempted]
  return [attempted, scored(attemptId, guest.baseline, opening, command, place, false)]
}

function requireRoom(guest: InvitedGuest, at: number): void {
  const [oldest] = guest.recentOpenings
  if (guest.recentOpenings.length < MAX_OPENINGS_PER_HOUR || oldest === undefined || at - oldest.at > HOUR)
    return
  throw new DomainError(
    'too_many',
    'too_many_openings',
    'This invitation was opened very often. Try again in an hour.',
  )
}

export function decideScoreLate(guest: InvitedGuest, command: ScoreLate): NewGuestFact[] {
  const attempt = guest.pending.get(command.attemptId)
  if (attempt === undefined) return []
  const opening = { ...attempt.opening, geo: command.place }
  return [scored(command.attemptId, attempt.baseline, opening, command, command.place, true)]
}

function scored(
  attemptId: string,
  baseline: Baseline,
  opening: Opening,
  { ruleSet, thresholds }: { ruleSet: RuleSet; thresholds: Thresholds },
  place: ScoreLate['place'],
  late: boolean,
): NewGuestFact {
  const { score, subScores, reasons } = scoreOpening(ruleSet, baseline, opening)
  const { reasons: codes, places } = separatePlaces(reasons)
  const band = bandOf(score, thresholds)
  return {
    type: 'AccessScored',
    data: {
      attemptId,
      ruleSet: ruleSet.id,
      score,
      subScores,
      reasons: codes.map(({ code, params }) => ({ code, params: { ...params } })),
      band,
      thresholds: { ...thresholds },
      decision: decisionOf(band, late),
      late,
    },
    personal: { place, places },
  }
}

/** Who was let on before the score was known stays let on: the score informs the host, it does not rewrite the past. */
function decisionOf(band: Band, late: boolean): 'allowed' | 'blocked' {
  return band === 'block' && !late ? 'blocked' : 'allowed'
}
