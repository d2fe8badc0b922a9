import { guestDecider } from '../commands/guest/decider.ts'
import type { CommandHandler } from '../commands/handle.ts'
import { settingsDecider, type ConfiguredEvent } from '../commands/settings/decider.ts'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Log } from '../eventstore/log.ts'
import { eventCategory, guestStream, settingsStream } from '../events/streams.ts'
import { commandIdOf } from '../kernel/ids.ts'
import { inParallel } from '../kernel/parallel.ts'
import type { Clock } from '../kernel/time.ts'
import type { RuleSet } from '../scoring/score.ts'
import type { Banded } from './comparison.ts'
import { EventHistory, type Rescored } from './history.ts'

/** Appends under way at once; they are gathered into few transactions. */
const PARALLEL = 100

export interface RescoringOptions {
  readonly log: Pick<Log, 'category'>
  readonly commands: CommandHandler
  readonly clock: Clock
  readonly ruleSet: RuleSet
  /** Openings before this time keep their score; milliseconds since the epoch, 0 for all. */
  readonly since: number
  /** Ends it between two pages; what was appended stays, and the next run goes on from there. */
  readonly signal: AbortSignal
  readonly onProgress: (facts: number) => void
}

export interface Rescoring {
  /** Replays an event and scores its openings under the rule set; nothing is recorded. */
  replay(eventId: string): Promise<Banded<Rescored>[]>
  /**
   * Records the new scores of an event's openings. The decisions of then stay as they were; doing it twice changes nothing.
   * @returns how many scores changed
   */
  apply(eventId: string, openings: readonly Banded<Rescored>[]): Promise<number>
}

export function createRescoring(options: RescoringOptions): Rescoring {
  const { log, commands, clock, ruleSet, since, signal, onProgress } = options

  async function eventOf(eventId: string): Promise<ConfiguredEvent | null> {
    const event = await commands.state(settingsDecider, settingsStream(eventId))
    return event.kind === 'missing' ? null : event
  }

  async function applyOne(eventId: string, event: ConfiguredEvent, opening: Rescored): Promise<boolean> {
    const { attemptId, guestId, before, rescores, now } = opening
    if (now === null) return false
    const { thresholds, thresholdsVersion } = event
    const context: CommandContext = {
      // The same replay decides the same; a score that was changed back and forth is another one.
      commandId: commandIdOf(
        'rescore',
        attemptId,
        ruleSet.id,
        String(rescores),
        String(thresholdsVersion),
        String(before.score),
      ),
      actor: 'ops:rescore',
      at: clock.now(),
      correlationId: commandIdOf('rescore', ruleSet.id, eventId),
    }
    const command = { kind: 'rescore', attemptId, score: now, thresholds, thresholdsVersion } as const
    const { facts } = await commands.execute(guestDecider, guestStream(eventId, guestId), command, context)
    return facts.length > 0
  }

  return {
    async replay(eventId) {
      const event = await eventOf(eventId)
      if (event === null) return []
      const history = new EventHistory(ruleSet)
      for await (const page of log.category(eventCategory(eventId))) {
        signal.throwIfAborted()
        for (const fact of page) history.follow(fact)
        onProgress(page.length)
      }
      const { thresholds } = event
      return history.results().flatMap((opening) => (opening.at < since ? [] : [{ opening, thresholds }]))
    },
    async apply(eventId, openings) {
      const event = await eventOf(eventId)
      if (event === null) return 0
      const changed = await inParallel(openings, PARALLEL, async ({ opening }) => {
        signal.throwIfAborted()
        return applyOne(eventId, event, opening)
      })
      return changed.filter(Boolean).length
    },
  }
}
