import { guestDecider } from '../commands/guest/decider.ts'
import type { GuestState } from '../commands/guest/state.ts'
import { ERASED, known } from '../events/fact.ts'
import type { Fact } from '../events/registry.ts'
import { guestOf } from '../events/streams.ts'
import type { Band } from '../scoring/bands.ts'
import { scoreOpening, type RuleSet, type Score } from '../scoring/score.ts'

/** An opening that has a score, with what another rule set says of it. */
export interface Rescored {
  readonly attemptId: string
  readonly guestId: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The latest score it has. */
  readonly before: { readonly ruleSet: string; readonly score: number; readonly band: Band }
  /** What it was decided on at the time. */
  readonly decision: 'allowed' | 'blocked' | 'challenged'
  /** How often it was scored again before. */
  readonly rescores: number
  /** Null when the person was forgotten: what the score was made of is gone. */
  readonly now: Score | null
  readonly verdict: 'legitimate' | 'suspicious' | null
}

/**
 * Follows the history of one event and scores each opening as the rule set would have scored it then: against what was
 * known of the guest before it, verdicts and trusted devices included, and nothing that came later.
 */
export class EventHistory {
  private readonly guests = new Map<string, GuestState>()
  private readonly openings = new Map<string, Rescored>()
  private readonly ruleSet: RuleSet

  constructor(ruleSet: RuleSet) {
    this.ruleSet = ruleSet
  }

  /** @param fact the next one of the event, in order */
  follow(fact: Fact): void {
    if (!isGuestFact(fact)) return
    const { guestId } = guestOf(fact.stream)
    const before = this.guests.get(guestId) ?? guestDecider.initialState()
    if (fact.type === 'AccessScored') this.score(fact, guestId, before)
    if (fact.type === 'AccessRescored') this.replace(fact)
    if (fact.type === 'VerdictGiven') this.change(fact.data.attemptId, () => ({ verdict: fact.data.verdict }))
    if (fact.type === 'VerdictWithdrawn') this.change(fact.data.attemptId, () => ({ verdict: null }))
    this.guests.set(guestId, guestDecider.evolve(before, fact))
  }

  /** @returns every opening with a score, in the order in which they were scored */
  results(): readonly Rescored[] {
    return [...this.openings.values()]
  }

  private score(fact: Extract<Fact, { type: 'AccessScored' }>, guestId: string, guest: GuestState): void {
    const { attemptId, ruleSet, score, band, decision } = fact.data
    const pending = guest.kind === 'missing' ? undefined : guest.pending.get(attemptId)
    const erased = pending === undefined || fact.personal === ERASED
    const now = erased
      ? null
      : scoreOpening(this.ruleSet, pending.baseline, {
          ...pending.opening,
          geo: known(fact.personal, 'place'),
        })
    const rescored = {
      attemptId,
      guestId,
      at: fact.at,
      before: { ruleSet, score, band },
      decision,
      rescores: 0,
      now,
      verdict: null,
    }
    this.openings.set(attemptId, rescored)
  }

  private replace(fact: Extract<Fact, { type: 'AccessRescored' }>): void {
    const { attemptId, ruleSet, score, band } = fact.data
    this.change(attemptId, ({ rescores }) => ({ before: { ruleSet, score, band }, rescores: rescores + 1 }))
  }

  private change(attemptId: string, change: (opening: Rescored) => Partial<Rescored>): void {
    const opening = this.openings.get(attemptId)
    if (opening === undefined) return
    this.openings.set(attemptId, { ...opening, ...change(opening) })
  }
}

type GuestFact = Parameters<typeof guestDecider.evolve>[1] & Fact

/** Facts of a guest's stream; those of the event's settings and answers are followed elsewhere. */
function isGuestFact(fact: Fact): fact is GuestFact {
  return fact.stream.includes('-guest.')
}
