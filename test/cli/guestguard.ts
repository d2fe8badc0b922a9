import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'

const program = path.resolve(import.meta.dirname, '../../bin/guestguard.mjs')

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
  /** What it has said on standard error so far. */
  errors(): string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Starts `guestguard` as ops would, in a process group of its own, which is what Ctrl-C reaches. */
export function startGuestguard(env: Environment, args: readonly string[], input?: string): Running {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdin.end(input ?? '')
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, out, errors })
    })
  })
  return { child, ended, errors: () => errors }
}

export const guestguard = (env: Environment, ...args: readonly string[]): Promise<Ran> =>
  startGuestguard(env, args).ended

/** The answer for machines. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each command has its own shape
export function jsonOf<T = unknown>({ out, errors }: Ran): T {
  if (out === '') throw new Error(`no answer: ${errors}`)
  return JSON.parse(out) as T
}

/** Ctrl-C at the terminal of a command. */
export function interrupt({ child }: Running): void {
  process.kill(-(child.pid ?? 0), 'SIGINT')
}
