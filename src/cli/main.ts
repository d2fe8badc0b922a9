import { readConfig } from '../config.ts'
import { UsageError, type Command } from './command.ts'
import { keysRotate } from './keys.ts'
import { quietLogger } from './logger.ts'
import { previewVerify } from './preview.ts'
import { rescore } from './rescore.ts'
import { rulesActivate, rulesList } from './rules.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

const commands: readonly Command[] = [rescore, rulesList, rulesActivate, previewVerify, keysRotate]

/** Exit codes: 0 done, 1 the answer is no or it failed, 2 the call is wrong, 130 cancelled. */
const FAILED = 1
const WRONG_CALL = 2
const CANCELLED = 130

const HELP = `guestguard <command>

${commands.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}

  guestguard <command> --help   how it is called
  --json                        the answer for machines, on standard output

It works on the installation that the environment names (DATA_DIR, DATABASE_URL, EVENTSTORE_URL), as the product does,
and may run beside it. Secrets are read from the environment, never from arguments.`

function find(words: readonly string[]): { command: Command; args: readonly string[] } | null {
  for (const length of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, length).join(' '))
    if (command !== undefined) return { command, args: words.slice(length) }
  }
  return null
}

async function main(words: readonly string[]): Promise<number> {
  const found = find(words)
  if (found === null) {
    const asked = words.length === 0 || ['help', '--help', '-h'].includes(words[0] ?? '')
    if (asked) console.log(HELP)
    else console.error(`There is no command "${words.join(' ')}".\n\n${HELP}`)
    return asked ? 0 : WRONG_CALL
  }
  const { command } = found
  if (found.args.includes('--help')) {
    console.log(command.usage)
    return 0
  }
  return execute(command, found.args)
}

async function execute(command: Command, words: readonly string[]): Promise<number> {
  const cancel = new AbortController()
  process.once('SIGINT', () => {
    cancel.abort()
  })
  let workshop: Workshop | undefined
  try {
    const config = readConfig(process.env)
    return await command.run({
      args: words.filter((word) => word !== '--json'),
      config,
      json: words.includes('--json'),
      signal: cancel.signal,
      open: async () => (workshop ??= await openWorkshop(config, quietLogger)),
      say: (line) => {
        console.log(line)
      },
      answer: (value) => {
        console.log(JSON.stringify(value))
      },
      progress: (line) => {
        console.error(line)
      },
    })
  } catch (error) {
    if (cancel.signal.aborted) return CANCELLED
    const wrongCall =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
    console.error(error instanceof Error ? error.message : String(error))
    if (wrongCall) console.error(`\n${command.usage}`)
    return wrongCall ? WRONG_CALL : FAILED
  } finally {
    await workshop?.close()
  }
}

process.exitCode = await main(process.argv.slice(2))
