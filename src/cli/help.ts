import type { Command } from './command.ts'
import { didYouMean } from './suggest.ts'

const listOf = (commands: readonly Command[]): string => {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}

const EXIT_CODES = `Exit codes: 0 done, 1 the answer is no or it failed, 2 the call is wrong, 130 cancelled.`

export const helpOf = (commands: readonly Command[]): string => `guestguard <command>

${listOf(commands)}

  guestguard <command> --help   how it is called, with examples
  --json                        the answer for machines, on standard output

It works on the installation that the environment names (DATA_DIR, DATABASE_URL, EVENTSTORE_URL), as the product does,
and may run beside it. Secrets are read from the environment, never from arguments.
${EXIT_CODES}`

export const helpOfGroup = (group: string, commands: readonly Command[]): string =>
  `guestguard ${group} <command>

${listOf(commands)}

  guestguard ${group} <command> --help   how it is called, with examples`

export function helpOfCommand({ summary, usage, examples = [] }: Command): string {
  const width = Math.max(0, ...examples.map(([call]) => call.length))
  const shown = examples.map(([call, why]) => `  ${call.padEnd(width)}  # ${why}`)
  return [`${summary}.`, '', usage, ...(shown.length === 0 ? [] : ['', 'Examples:', ...shown])].join('\n')
}

/** @returns what is wrong with the options of a call, undefined when its help knows all of them */
export function unknownOption({ usage }: Command, words: readonly string[]): string | undefined {
  const known = ['--json', '--help', ...(usage.match(/--[a-z][a-z-]*/g) ?? [])]
  const end = words.indexOf('--')
  const options = words.slice(0, end === -1 ? undefined : end).filter((word) => /^-[^-]|^--./.test(word))
  const unknown = options.map((word) => word.replace(/=.*$/s, '')).find((word) => !known.includes(word))
  return unknown && `There is no option ${unknown}.${didYouMean(unknown, known)}`
}
