import { readConfig, type Config } from '../config.ts'
import { backup } from './backup/backup.ts'
import { restore } from './backup/restore.ts'
import { doctor } from './doctor/doctor.ts'
import { UsageError, type Command, type CommandRun } from './command.ts'
import { flagsList, flagsSet } from './flags.ts'
import { hostSetPlan } from './host.ts'
import { helpOf, helpOfCommand, helpOfGroup, unknownOption } from './help.ts'
import { keysRotate } from './keys.ts'
import { logCommands } from './log/commands.ts'
import { quietLogger } from './logger.ts'
import { Meter } from './meter.ts'
import { previewVerify } from './preview.ts'
import { projectionCommands } from './projections/commands.ts'
import { rescore } from './rescore.ts'
import { rulesActivate, rulesCompare, rulesList, rulesShadow } from './rules.ts'
import { didYouMean } from './suggest.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

const commands: readonly Command[] = [
  doctor,
  ...projectionCommands,
  ...logCommands,
  backup,
  restore,
  rescore,
  rulesList,
  rulesActivate,
  rulesShadow,
  rulesCompare,
  previewVerify,
  keysRotate,
  hostSetPlan,
  flagsList,
  flagsSet,
]

/** Exit codes: 0 done, 1 the answer is no or it failed, 2 the call is wrong, 130 cancelled. */
const FAILED = 1
const WRONG_CALL = 2
const CANCELLED = 130

const names = commands.map(({ name }) => name)
const helpWords = ['help', '--help', '-h']

function find(words: readonly string[]): { command: Command; args: readonly string[] } | null {
  for (const length of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, length).join(' '))
    if (command !== undefined) return { command, args: words.slice(length) }
  }
  return null
}

async function main(words: readonly string[]): Promise<number> {
  const asked = words.length === 0 || helpWords.includes(words[0] ?? '')
  const named = asked ? words.slice(1) : words
  const found = find(named)
  if (found === null) return explain(named, asked)
  const { command, args } = found
  if (asked || args.some((word) => word === '--help' || word === '-h')) {
    console.log(helpOfCommand(command))
    return 0
  }
  const unknown = unknownOption(command, args)
  if (unknown !== undefined) return refuse(unknown, command)
  return execute(command, args)
}

/** What there is, when no command was named. */
function explain(words: readonly string[], asked: boolean): number {
  const [group = '', ...rest] = words
  const members = commands.filter(({ name }) => name.startsWith(`${group} `))
  if (members.length > 0 && rest.every((word) => helpWords.includes(word))) {
    console.log(helpOfGroup(group, members))
    return 0
  }
  if (asked && words.length === 0) {
    console.log(helpOf(commands))
    return 0
  }
  const typed = words.join(' ')
  const help = members.length > 0 ? helpOfGroup(group, members) : helpOf(commands)
  console.error(`There is no command "${typed}".${didYouMean(words.slice(0, 2).join(' '), names)}\n\n${help}`)
  return WRONG_CALL
}

function refuse(reason: string, { name, usage }: Command): number {
  console.error(`${reason}\n\n${usage}\n\nMore: guestguard ${name} --help`)
  return WRONG_CALL
}

async function execute(command: Command, words: readonly string[]): Promise<number> {
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cancel.abort()
    })
  }
  const meter = new Meter(process.stderr)
  let workshop: Workshop | undefined
  let config: Config | undefined
  const run: CommandRun = {
    args: words.filter((word) => word !== '--json'),
    env: process.env,
    get config() {
      return (config ??= readConfig(process.env))
    },
    json: words.includes('--json'),
    signal: cancel.signal,
    open: async () =>
      (workshop ??= await openWorkshop(run.config, quietLogger, { writes: command.writes ?? false })),
    ...outputs(meter),
  }
  try {
    return await command.run(run)
  } catch (error) {
    meter.clear()
    if (cancel.signal.aborted) {
      console.error('Cancelled.')
      return CANCELLED
    }
    const message = error instanceof Error ? error.message : String(error)
    const { code } = error as { code?: unknown }
    const wrongCall =
      error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
    if (wrongCall) return refuse(message, command)
    console.error(message)
    return FAILED
  } finally {
    await workshop?.close()
  }
}

function outputs(meter: Meter): Pick<CommandRun, 'say' | 'answer' | 'progress' | 'meter'> {
  const write = (to: (text: string) => void) => (line: string) => {
    meter.clear()
    to(line)
  }
  const say = write((line) => {
    console.log(line)
  })
  const progress = write((line) => {
    console.error(line)
  })
  const answer = (value: unknown): void => {
    say(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)))
  }
  return { say, answer, progress, meter }
}

process.exitCode = await main(process.argv.slice(2))
