import { settingsDecider } from '../commands/settings/decider.ts'
import type { CommandHandler } from '../commands/handle.ts'
import type { Log } from '../eventstore/log.ts'
import { eventCategory, guestOf, settingsStream } from '../events/streams.ts'
import type { Banded, Compared } from './comparison.ts'

/** An opening that a rule set scored along, beside the score that counted. */
export interface ScoredAlong extends Compared {
  /** The rule set whose score counted. */
  readonly beside: string
}

export interface ShadowReading {
  readonly log: Pick<Log, 'publicCategory'>
  readonly commands: Pick<CommandHandler, 'state'>
  /** Id of the rule set that scored along. */
  readonly ruleSet: string
  readonly signal: AbortSignal
  readonly onProgress: (facts: number) => void
}

/** Scores, and what hosts know of them; nothing sealed is opened. */
const READ = ['AccessShadowScored', 'VerdictGiven', 'VerdictWithdrawn'] as const

/**
 * Reads what a rule set said of the openings of an event while it scored along.
 * @returns the openings in order, each with its latest verdict and the thresholds the event has today; empty for no event
 */
export async function scoredAlong(reading: ShadowReading, eventId: string): Promise<Banded<ScoredAlong>[]> {
  const { log, commands, ruleSet, signal, onProgress } = reading
  const event = await commands.state(settingsDecider, settingsStream(eventId))
  if (event.kind === 'missing') return []
  const openings = new Map<string, ScoredAlong>()
  const verdicts = new Map<string, ScoredAlong['verdict']>()
  for await (const page of log.publicCategory(eventCategory(eventId), READ)) {
    signal.throwIfAborted()
    for (const fact of page) {
      const { attemptId } = fact.data
      if (fact.type === 'VerdictGiven') verdicts.set(attemptId, fact.data.verdict)
      else if (fact.type === 'VerdictWithdrawn') verdicts.delete(attemptId)
      else if (fact.data.ruleSet === ruleSet) {
        const { score, beside } = fact.data
        const { guestId } = guestOf(fact.stream)
        const before = { score: beside.score }
        openings.set(attemptId, { guestId, before, now: { score }, verdict: null, beside: beside.ruleSet })
      }
    }
    onProgress(page.length)
  }
  const { thresholds } = event
  return [...openings].map(([attemptId, opening]) => ({
    opening: { ...opening, verdict: verdicts.get(attemptId) ?? null },
    thresholds,
  }))
}
