import { parseArgs } from 'node:util'
import { eventIdsOf } from './events.ts'
import { UsageError, type Command } from './command.ts'
import { comparisonLines } from './comparison.ts'
import { EventProgress } from './event-progress.ts'
import { counted } from './table.ts'
import { compare, type Banded, type Comparison } from '../rescoring/comparison.ts'
import { createRescoring, type Rescoring } from '../rescoring/rescore.ts'
import { systemClock } from '../kernel/time.ts'
import { ruleSetById } from '../scoring/rules/registry.ts'

export const rescore: Command = {
  name: 'rescore',
  writes: true,
  summary: 'Replay openings under a rule set, compare, and record the new scores if told to',
  usage: `guestguard rescore --rules <id> [--event <id>] [--since <time>] [--apply] [--json]

  --rules   rule set to score with, such as v2
  --event   one event, default all
  --since   only openings from this time on, ISO 8601; what came before is still known of each guest
  --apply   record the new scores; decisions already taken stay as they were. Doing it twice changes nothing.

Without --apply nothing is recorded. Ctrl-C ends it between two steps; the next run goes on.`,
  run: async (run) => {
    const { ruleSet, since, event, apply } = optionsOf(run.args)
    const { log, commands, store } = await run.open()
    const ids = event === undefined ? await eventIdsOf(store) : [event]
    const progress = new EventProgress(run, ids.length)
    const rescoring = createRescoring({
      log,
      commands,
      clock: systemClock,
      ruleSet,
      since,
      signal: run.signal,
      onProgress: (facts) => {
        progress.facts(facts)
      },
    })
    const { comparison, changed } = await through(rescoring, ids, apply, progress)
    if (run.json)
      run.answer({ rules: ruleSet.id, events: ids.length, applied: apply, changed, ...comparison })
    else for (const line of linesOf(comparison, ruleSet.id, apply ? changed : null)) run.say(line)
    return 0
  },
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rules: { type: 'string' },
      event: { type: 'string' },
      since: { type: 'string' },
      apply: { type: 'boolean', default: false },
    },
  })
  if (values.rules === undefined) throw new UsageError('--rules is missing; it takes a rule set such as v2.')
  const since = values.since === undefined ? 0 : Date.parse(values.since)
  if (Number.isNaN(since)) throw new UsageError('--since takes a time such as 2026-12-01T00:00:00Z.')
  return { ruleSet: ruleSetById(values.rules), since, event: values.event, apply: values.apply }
}

async function through(
  rescoring: Rescoring,
  ids: readonly string[],
  apply: boolean,
  progress: EventProgress,
) {
  let all: readonly Banded[] = []
  let changed = 0
  for (const eventId of ids) {
    const openings = await rescoring.replay(eventId)
    if (apply) changed += await rescoring.apply(eventId, openings)
    // Not pushed as arguments, of which there may be a million.
    all = all.concat(openings)
    progress.event()
  }
  return { comparison: compare(all), changed }
}

function linesOf(comparison: Comparison, rules: string, changed: number | null): string[] {
  return [
    `${counted(comparison.openings, 'opening')} under ${rules}:`,
    ...comparisonLines(comparison, 'before', `under ${rules}`),
    changed === null
      ? 'Nothing was recorded. Add --apply to record it.'
      : `${counted(changed, 'new score')} recorded.`,
  ]
}
