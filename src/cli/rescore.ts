import { parseArgs } from 'node:util'
import { eventIdsOf } from './events.ts'
import { UsageError, type Command, type CommandRun } from './command.ts'
import { compare, type Agreement, type Banded, type Comparison } from '../rescoring/comparison.ts'
import { createRescoring, type Rescoring } from '../rescoring/rescore.ts'
import { SECOND, systemClock } from '../kernel/time.ts'
import { BAND_LABELS } from '../scoring/bands.ts'
import { ruleSetById } from '../scoring/rules/registry.ts'

export const rescore: Command = {
  name: 'rescore',
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
    const progress = new Progress(run, ids.length)
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

async function through(rescoring: Rescoring, ids: readonly string[], apply: boolean, progress: Progress) {
  const all: Banded[] = []
  let changed = 0
  for (const eventId of ids) {
    const openings = await rescoring.replay(eventId)
    if (apply) changed += await rescoring.apply(eventId, openings)
    all.push(...openings)
    progress.event()
  }
  return { comparison: compare(all), changed }
}

/** Facts a second and the time that is left, told every second on standard error. */
class Progress {
  private readonly run: CommandRun
  private readonly events: number
  private readonly started = performance.now()
  private told = 0
  private factsDone = 0
  private eventsDone = 0

  constructor(run: CommandRun, events: number) {
    this.run = run
    this.events = events
  }

  facts(count: number): void {
    this.factsDone += count
    const now = performance.now()
    if (now - this.told < SECOND) return
    this.told = now
    const seconds = (now - this.started) / SECOND
    const left = this.eventsDone === 0 ? null : (seconds / this.eventsDone) * (this.events - this.eventsDone)
    const eta = left === null ? '' : `, about ${String(Math.ceil(left))} s left`
    this.run.progress(
      `${String(this.eventsDone)} of ${String(this.events)} events, ${String(Math.round(this.factsDone / seconds))} facts/s${eta}`,
    )
  }

  event(): void {
    this.eventsDone++
  }
}

const percent = (part: number | null) => (part === null ? 'unknown' : `${String(Math.round(part * 100))} %`)
const words = ({ precision, recall }: Agreement) =>
  `precision ${percent(precision)}, recall ${percent(recall)}`

function linesOf(comparison: Comparison, rules: string, changed: number | null): string[] {
  const { openings, notRescorable, moves, guestsAffected, verdicts } = comparison
  const judged = verdicts.legitimate + verdicts.suspicious
  return [
    `${String(openings)} openings under ${rules}:`,
    ...moves.map(
      ({ from, to, count }) => `  ${String(count)} from ${BAND_LABELS[from]} to ${BAND_LABELS[to]}`,
    ),
    ...(moves.length === 0 ? ['  none would change its band'] : []),
    `  ${String(guestsAffected)} guests affected`,
    ...(notRescorable === 0
      ? []
      : [`  ${String(notRescorable)} cannot be scored again: the person was forgotten`]),
    ...(judged === 0
      ? ['No verdicts to measure it by.']
      : [
          `By ${String(judged)} verdicts, before: ${words(comparison.agreementBefore)}`,
          `By ${String(judged)} verdicts, under ${rules}: ${words(comparison.agreementNow)}`,
        ]),
    changed === null
      ? 'Nothing was recorded. Add --apply to record it.'
      : `${String(changed)} new scores recorded.`,
  ]
}
