import type { Workshop } from './workshop.ts'
import type { Config } from '../config.ts'

/** What a command gets: its arguments after its name, and where it may write. */
export interface CommandRun {
  readonly args: readonly string[]
  readonly config: Config
  /** Machines read `--json`; people read sentences. */
  readonly json: boolean
  readonly signal: AbortSignal
  /** Opens the installation; closed when the command ends. */
  readonly open: () => Promise<Workshop>
  /** One line of the answer, on standard output. */
  readonly say: (line: string) => void
  /** The answer for machines, once, on standard output. */
  readonly answer: (value: unknown) => void
  /** What is going on, on standard error. */
  readonly progress: (line: string) => void
}

export interface Command {
  /** As it is typed, such as `rules activate`. */
  readonly name: string
  /** One line of the help. */
  readonly summary: string
  /** How it is called and what its options do. */
  readonly usage: string
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
