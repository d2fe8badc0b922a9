import type { PublicFact } from '../events/registry.ts'
import { unreachable } from '../kernel/errors.ts'
import { emptyPicture, withOpening, withVerdict, type Picture } from '../scoring/preview.ts'

/** The facts that a preview is made of. Each says what it replaces, so no fact has to be looked up again. */
export const PICTURED = [
  'AccessAttempted',
  'AccessScored',
  'AccessAllowlisted',
  'AccessRescored',
  'VerdictGiven',
  'VerdictWithdrawn',
  'ThresholdsChanged',
] as const
export type Pictured = PublicFact<(typeof PICTURED)[number]>

/**
 * Counts a fact of an event. The live preview and the replay of the stream are this same function.
 * @param picture undefined before the first fact
 */
export function evolvePicture(picture: Picture = emptyPicture, fact: Pictured): Picture {
  const after = counted(picture, fact)
  if (after === picture) return picture
  const to = String(fact.position)
  return { ...after, from: picture.from ?? to, to }
}

function counted(picture: Picture, fact: Pictured): Picture {
  switch (fact.type) {
    case 'AccessAttempted':
      return fact.data.deferred ? { ...picture, unscored: picture.unscored + 1 } : picture
    case 'AccessScored': {
      const scored = withOpening(picture, fact.data, 1)
      return fact.data.late ? { ...scored, unscored: scored.unscored - 1 } : scored
    }
    case 'AccessAllowlisted':
      return { ...picture, allowlisted: picture.allowlisted + 1 }
    case 'AccessRescored': {
      const { before, verdict } = fact.data
      return withOpening(withOpening(picture, { ...before, verdict }, -1), fact.data, 1)
    }
    case 'VerdictGiven': {
      const { verdict, before, score } = fact.data
      // Said of an opening without a score; a score that comes late says so too.
      if (score === null) return picture
      const others = before === null ? picture : withVerdict(picture, before, score, -1)
      return withVerdict(others, verdict, score, 1)
    }
    case 'VerdictWithdrawn': {
      const { before, score } = fact.data
      return score === null ? picture : withVerdict(picture, before, score, -1)
    }
    case 'ThresholdsChanged':
      return { ...picture, thresholds: fact.data.to, thresholdsVersion: fact.data.version }
    default:
      return unreachable(fact)
  }
}

/** The scores of one guest's openings. */
export type GuestScores = {
  /** How many openings have a score, by score; scores that none has are left out. */
  readonly scores: { readonly [score: string]: number }
  /** The highest of them, null without any. */
  readonly worst: number | null
  /** Has a link that may still be opened: neither removed nor forgotten. */
  readonly listed: boolean
}

export const SCORED_GUEST = [
  'GuestInvited',
  'GuestRemoved',
  'GuestForgotten',
  'AccessScored',
  'AccessRescored',
] as const
export type ScoredGuest = PublicFact<(typeof SCORED_GUEST)[number]>

const unseen: GuestScores = { scores: {}, worst: null, listed: false }

/** Follows the scores of one guest. @param guest undefined before the first fact */
export function evolveGuestScores(guest: GuestScores = unseen, fact: ScoredGuest): GuestScores {
  switch (fact.type) {
    case 'GuestInvited':
      return { ...guest, listed: true }
    case 'GuestRemoved':
    case 'GuestForgotten':
      return { ...guest, listed: false }
    case 'AccessScored':
      return withScore(guest, fact.data.score, 1)
    case 'AccessRescored':
      return withScore(withScore(guest, fact.data.before.score, -1), fact.data.score, 1)
    default:
      return unreachable(fact)
  }
}

function withScore(guest: GuestScores, score: number, by: 1 | -1): GuestScores {
  const count = (guest.scores[score] ?? 0) + by
  if (count !== 0) {
    const worst = guest.worst === null || score > guest.worst ? score : guest.worst
    return { ...guest, scores: { ...guest.scores, [score]: count }, worst }
  }
  const { [score]: _last, ...scores } = guest.scores
  const left = Object.keys(scores).map(Number)
  return { ...guest, scores, worst: left.length === 0 ? null : Math.max(...left) }
}
