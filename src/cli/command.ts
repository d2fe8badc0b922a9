import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import type { Config } from '../config.ts'
import type { Meter } from './meter.ts'
import type { Workshop } from './workshop.ts'

/** What a command gets: its arguments after its name, and where it may write. */
export interface CommandRun {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Read from the environment when it is first asked for. @throws DomainError that names the variable that is wrong */
  readonly config: Config
  /** Machines read `--json`; people read sentences. */
  readonly json: boolean
  readonly signal: AbortSignal
  /** Opens the installation; closed when the command ends. */
  readonly open: () => Promise<Workshop>
  /** One line of the answer, on standard output. */
  readonly say: (line: string) => void
  /** The answer for machines, once, on standard output; `bigint` as text. */
  readonly answer: (value: unknown) => void
  /** What is going on, on standard error. */
  readonly progress: (line: string) => void
  /** How far something is, on standard error. */
  readonly meter: Meter
}

export interface Command {
  /** As it is typed, such as `rules activate`. */
  readonly name: string
  /** One line of the help. */
  readonly summary: string
  /** How it is called and what its options do. An option that does not stand here is refused. */
  readonly usage: string
  /** Calls to learn from, such as `guestguard rules activate v2`, each with what it is for. */
  /** It changes the installation, and so brings the tables up to date; the others refuse those of another release. */
  readonly writes?: true
  readonly examples?: readonly (readonly [call: string, why: string])[]
  /** @returns the exit code: 0 done, 1 the answer is no */
  readonly run: (run: CommandRun) => Promise<number>
}

/** The call itself is wrong; answered with the usage and exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** @throws UsageError, or the error of `parseArgs`, which is answered like one */
export function parse<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  return parseArgs({ args: [...args], options, allowPositionals: true })
}

/**
 * @param what the one argument is, for the sentence when it is missing
 * @throws UsageError when there is none or more than one
 */
export function onlyArgument(positionals: readonly string[], what: string): string {
  const [first, ...rest] = positionals
  if (first === undefined) throw new UsageError(`${what} is missing.`)
  const [surplus] = rest
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many.`)
  return first
}

/** @throws UsageError when there is any */
export function noArgument(positionals: readonly string[]): void {
  const [surplus] = positionals
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many.`)
}
