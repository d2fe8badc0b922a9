import { UsageError, type Command } from './command.ts'
import { rulesDecider } from '../commands/rules/decider.ts'
import { rulesStream } from '../events/streams.ts'
import { commandIdOf, newId } from '../kernel/ids.ts'
import { systemClock } from '../kernel/time.ts'
import { ruleSetById, ruleSets } from '../scoring/rules/registry.ts'

export const rulesList: Command = {
  name: 'rules list',
  summary: 'Show the rule sets and which one scores',
  usage: 'guestguard rules list [--json]',
  run: async ({ open, json, say, answer }) => {
    const { commands } = await open()
    const active = await commands.state(rulesDecider, rulesStream)
    const list = ruleSets.map(({ id, signals }) => ({
      id,
      active: id === active,
      signals: signals.map((one) => one.signal.name),
    }))
    if (json) answer(list)
    else for (const one of list) say(`${one.active ? '*' : ' '} ${one.id}  ${one.signals.join(', ')}`)
    return 0
  },
}

export const rulesActivate: Command = {
  name: 'rules activate',
  summary: 'Score openings with another rule set from now on',
  usage: `guestguard rules activate <id> [--json]

Running processes follow within two seconds. Scores that exist stay; see: guestguard rescore`,
  run: async ({ args, open, json, say, answer }) => {
    const [id, ...rest] = args
    if (id === undefined || rest.length > 0) throw new UsageError('One rule set is needed, such as v2.')
    const { id: wanted } = ruleSetById(id)
    const { commands } = await open()
    const context = {
      commandId: commandIdOf(newId()),
      actor: 'ops:rules' as const,
      at: systemClock.now(),
      correlationId: newId(),
    }
    const { facts } = await commands.execute(rulesDecider, rulesStream, wanted, context)
    const changed = facts.length > 0
    if (json) answer({ active: wanted, changed })
    else say(changed ? `${wanted} scores from now on.` : `${wanted} was scoring already.`)
    return 0
  },
}
