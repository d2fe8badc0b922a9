import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { pathForServer, serverEnvironment, type Cluster } from './cluster.ts'
import type { Log } from './log.ts'
import { readPostmasterFile } from './postmaster-file.ts'

export interface LaunchOptions {
  readonly binaries: Binaries
  readonly cluster: Cluster
  readonly port: number
  /** Server settings by name, as of https://www.postgresql.org/docs/18/runtime-config.html */
  readonly settings: Readonly<Record<string, string>>
  readonly log: Log
}

export interface ServerProcess {
  /** Settles when the process ends, with the last lines it wrote and how it ended. */
  readonly ended: Promise<string>
  signal(signal: NodeJS.Signals): void
}

/** How many of the server's last lines an error carries. */
const LAST_LINES = 5

/**
 * Starts a server and returns once it accepts connections; crash recovery may come before that.
 * @param stop ends the server also while it is still starting
 * @throws Error with its last lines when it ends before
 */
export async function launchServer(options: LaunchOptions, stop?: AbortSignal): Promise<ServerProcess> {
  const { binaries, cluster, settings } = options
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(
    binaries.postgres,
    ['-D', pathForServer(cluster.dir, cluster.identity), '-p', String(options.port), ...flags],
    {
      ...cluster.identity,
      cwd: cluster.dir,
      env: serverEnvironment(),
      // A session of its own: Ctrl-C in the terminal must reach the application alone, which stops the server last.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const lastLines = forwardLog(child, options.log)
  const state = { ended: false }
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      state.ended = true
      resolve([...lastLines, how].join(' | '))
    }
    child.once('error', (error) => {
      end(error.message)
    })
    child.once('exit', (code, signal) => {
      end(signal === null ? `exit code ${String(code)}` : `killed by ${signal}`)
    })
  })
  stop?.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
  if (child.pid !== undefined) guardAgainstOrphan(child.pid, ended)
  while (!state.ended) {
    const file = await readPostmasterFile(cluster.dir)
    if (file?.pid === child.pid && file?.ready === true) {
      return { ended, signal: (signal) => child.kill(signal) }
    }
    await sleep(10)
  }
  throw new Error(`PostgreSQL did not start: ${await ended}`)
}

/**
 * A shell that waits for the end of its input and then stops the server. The input is a pipe from this process, which
 * the kernel closes however this process ends, so that SIGKILL leaves no server behind.
 */
function guardAgainstOrphan(pid: number, ended: Promise<string>): void {
  const guard = spawn(
    '/bin/sh',
    ['-c', 'read -r _; kill -INT "$1"', 'guestguard-postgres-guard', String(pid)],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  // Without a guard the next start stops the orphan.
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  void ended.then(() => guard.kill('SIGKILL'))
}

/** LOG lines are routine; the settings keep ERROR lines, which may quote personal data, out of the log altogether. */
function forwardLog(child: ChildProcess, log: Log): string[] {
  const last: string[] = []
  if (child.stderr === null) return last
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line)
    if (last.length > LAST_LINES) last.shift()
    if (line.startsWith('PANIC:')) log.error({ postgres: line }, 'PostgreSQL reports a panic')
    else if (line.startsWith('FATAL:'))
      log.warn({ postgres: line }, 'PostgreSQL refused or ended a connection')
    else log.debug({ postgres: line }, 'PostgreSQL')
  })
  return last
}
