import { parseArgs } from 'node:util'
import { UsageError, type Command, type CommandRun } from './command.ts'
import { comparisonLines } from './comparison.ts'
import { EventProgress } from './event-progress.ts'
import { eventIdsOf } from './events.ts'
import { counted } from './table.ts'
import { rulesDecider, type RulesCommand } from '../commands/rules/decider.ts'
import { rulesStream } from '../events/streams.ts'
import { commandIdOf, newId } from '../kernel/ids.ts'
import { systemClock } from '../kernel/time.ts'
import { compare, type Banded } from '../rescoring/comparison.ts'
import { scoredAlong, type ScoredAlong } from '../rescoring/shadow.ts'
import { ruleSetById, ruleSets } from '../scoring/rules/registry.ts'

export const rulesList: Command = {
  name: 'rules list',
  summary: 'Show the rule sets, which one scores and which one scores along',
  usage: `guestguard rules list [--json]

  *  scores
  +  scores along, without effect`,
  run: async ({ open, json, say, answer }) => {
    const { commands } = await open()
    const { active, shadow } = await commands.state(rulesDecider, rulesStream)
    const list = ruleSets.map(({ id, signals }) => ({
      id,
      active: id === active,
      shadow: id === shadow,
      signals: signals.map((one) => one.signal.name),
    }))
    const mark = (one: (typeof list)[number]) => (one.active ? '*' : one.shadow ? '+' : ' ')
    if (json) answer(list)
    else for (const one of list) say(`${mark(one)} ${one.id}  ${one.signals.join(', ')}`)
    return 0
  },
}

export const rulesActivate: Command = {
  name: 'rules activate',
  writes: true,
  summary: 'Score openings with another rule set from now on',
  usage: `guestguard rules activate <id> [--json]

Running processes follow within two seconds. Scores that exist stay; see: guestguard rescore`,
  run: async (run) => {
    const { id: wanted } = ruleSetById(oneOf(run.args, 'One rule set is needed, such as v2.'))
    const changed = await carryOut(run, { kind: 'activate', ruleSet: wanted })
    if (run.json) run.answer({ active: wanted, changed })
    else run.say(changed ? `${wanted} scores from now on.` : `${wanted} was scoring already.`)
    return 0
  },
}

export const rulesShadow: Command = {
  name: 'rules shadow',
  writes: true,
  summary: 'Let another rule set score openings along, without effect',
  usage: `guestguard rules shadow <id | off> [--json]

From now on every opening is scored under this rule set too, and what it says is recorded; decisions, lists and counts
stay those of the rules in force. Running processes follow within two seconds. Then look at: guestguard rules compare`,
  examples: [
    ['guestguard rules shadow v2', 'score along with v2, to see what it would do before it does it'],
    ['guestguard rules shadow off', 'end it; what was recorded stays'],
  ],
  run: async (run) => {
    const word = oneOf(run.args, 'One rule set is needed, such as v2, or off.')
    const shadow = word === 'off' ? null : ruleSetById(word).id
    const changed = await carryOut(run, { kind: 'shadow', ruleSet: shadow })
    if (run.json) run.answer({ shadow, changed })
    else run.say(shadowSentence(shadow, changed))
    return 0
  },
}

function shadowSentence(shadow: string | null, changed: boolean): string {
  if (shadow === null)
    return changed ? 'No rule set scores along any more.' : 'No rule set was scoring along.'
  return changed
    ? `${shadow} scores along from now on. Nothing is decided on it.`
    : `${shadow} was scoring along already.`
}

export const rulesCompare: Command = {
  name: 'rules compare',
  summary: 'Compare what a rule set said while it scored along with what counted',
  usage: `guestguard rules compare [--rules <id>] [--event <id>] [--json]

  --rules   rule set that scored along, default the one that does so now
  --event   one event, default all

Both are banded by the thresholds that each event has today, and measured by the verdicts of its host. Openings of the
time before are not in it; for those see: guestguard rescore`,
  examples: [['guestguard rules compare --event 01JZ…', 'what the shadow would have done to one event']],
  run: async (run) => {
    const { values } = parseArgs({
      args: [...run.args],
      options: { rules: { type: 'string' }, event: { type: 'string' } },
    })
    const wanted = values.rules === undefined ? null : ruleSetById(values.rules).id
    const { commands, log, store } = await run.open()
    const ruleSet = wanted ?? (await commands.state(rulesDecider, rulesStream)).shadow
    if (ruleSet === null) {
      throw new UsageError(
        'No rule set scores along. Name one that did with --rules, or begin: rules shadow v2',
      )
    }
    const ids = values.event === undefined ? await eventIdsOf(store) : [values.event]
    const progress = new EventProgress(run, ids.length)
    const onProgress = (facts: number) => {
      progress.facts(facts)
    }
    let openings: readonly Banded<ScoredAlong>[] = []
    for (const eventId of ids) {
      const reading = { log, commands, ruleSet, signal: run.signal, onProgress }
      openings = openings.concat(await scoredAlong(reading, eventId))
      progress.event()
    }
    const { notRescorable: _all, ...comparison } = compare(openings)
    const beside = countBy(openings.map(({ opening }) => opening.beside))
    if (run.json) run.answer({ rules: ruleSet, beside, events: ids.length, ...comparison })
    else for (const line of linesOf(openings, ruleSet, Object.keys(beside).join(', '))) run.say(line)
    return 0
  },
}

function linesOf(openings: readonly Banded<ScoredAlong>[], rules: string, beside: string): string[] {
  if (openings.length === 0) return [`${rules} has scored no opening along.`]
  return [
    `${counted(openings.length, 'opening')} that ${rules} scored along with ${beside}:`,
    ...comparisonLines(compare(openings), beside, rules),
  ]
}

const countBy = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))

function oneOf([word, ...rest]: readonly string[], message: string): string {
  if (word === undefined || rest.length > 0) throw new UsageError(message)
  return word
}

/** @returns whether it changed anything */
async function carryOut({ open }: CommandRun, command: RulesCommand): Promise<boolean> {
  const { commands } = await open()
  const context = {
    commandId: commandIdOf(newId()),
    actor: 'ops:rules' as const,
    at: systemClock.now(),
    correlationId: newId(),
  }
  const { facts } = await commands.execute(rulesDecider, rulesStream, command, context)
  return facts.length > 0
}
