import { FLAGS, flagNames, flagsDecider, isOn } from '../commands/flags/decider.ts'
import { flagsStream } from '../events/streams.ts'
import { noArgument, parse, UsageError, type Command } from './command.ts'
import { opsContext } from './ops-context.ts'
import { didYouMean } from './suggest.ts'
import { tableOf } from './table.ts'

export const flagsList: Command = {
  name: 'flags list',
  summary: 'Show which parts of the product are switched on',
  usage: 'guestguard flags list [--json]',
  examples: [['guestguard flags list', 'why does a host get "switched off at the moment"']],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const { commands } = await run.open()
    const state = await commands.state(flagsDecider, flagsStream)
    const list = flagNames.map((flag) => ({ flag, on: isOn(state, flag), meaning: FLAGS[flag] }))
    if (run.json) run.answer(list)
    else {
      const rows = list.map(({ flag, on, meaning }) => [flag, on ? 'on' : 'off', meaning])
      for (const line of tableOf(['flag', '', 'what it allows'], rows)) run.say(line)
    }
    return 0
  },
}

export const flagsSet: Command = {
  name: 'flags set',
  writes: true,
  summary: 'Switch a part of the product on or off, for everybody',
  usage: `guestguard flags set <flag> <on | off> [--json]

Running processes follow within two seconds. What is off answers 503 feature_disabled; what was begun before goes on.
Recorded as a fact, by ops. Flags: ${flagNames.join(', ')}.`,
  examples: [
    ['guestguard flags set registration off', 'nobody new, while the hosts there are go on'],
    ['guestguard flags set invitations off', 'the mail provider has trouble'],
  ],
  run: async (run) => {
    const [flag, to, ...rest] = parse(run.args, {}).positionals
    if (flag === undefined || to === undefined || rest.length > 0)
      throw new UsageError('A flag, and on or off, are needed.')
    if (!flagNames.some((name) => name === flag))
      throw new UsageError(
        `There is no flag ${flag}.${didYouMean(flag, flagNames)} There are: ${flagNames.join(', ')}.`,
      )
    if (to !== 'on' && to !== 'off') throw new UsageError(`A flag is on or off, not ${to}.`)
    const { commands } = await run.open()
    const command = { flag, on: to === 'on' }
    const { facts } = await commands.execute(flagsDecider, flagsStream, command, opsContext('flags'))
    const changed = facts.length > 0
    if (run.json) run.answer({ ...command, changed })
    else run.say(changed ? `${flag} is ${to} now.` : `${flag} was ${to} already.`)
    return 0
  },
}
