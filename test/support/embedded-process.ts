import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface EmbeddedProcess {
  readonly pid: number
  readonly url: string
  /** Waits for its next line. */
  line(): Promise<string>
  /** Sends a signal to the process, or with `group` to its whole process group as a terminal does. */
  kill(signal: NodeJS.Signals, options?: { group: boolean }): Promise<void>
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>
}

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Starts a process of its own that runs the embedded server in `dataDir`, so that a test can kill it.
 * @throws Error with what it wrote to stderr when it does not start
 */
export async function startEmbeddedProcess(dataDir: string, owner?: Owner): Promise<EmbeddedProcess> {
  const script = fileURLToPath(new URL('./embedded-process.main.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDir], {
    ...owner,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done !== true) return next.value
    await exited
    throw new Error(errors)
  }
  const url = await line()
  return {
    pid: pidOf(child),
    url,
    line,
    exited,
    kill: (signal, options) => kill(child, exited, signal, options),
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process has no id')
  return child.pid
}

async function kill(
  child: ChildProcess,
  exited: Promise<unknown>,
  signal: NodeJS.Signals,
  options = { group: false },
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  process.kill(options.group ? -pidOf(child) : pidOf(child), signal)
  await exited
}
