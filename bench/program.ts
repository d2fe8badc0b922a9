import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')

export interface Program {
  readonly origin: string
  /** From the start of the process to the line that names the address, in milliseconds. */
  readonly readyAfter: number
  stop(): Promise<void>
}

export const newDataDir = () => mkdtemp(join(tmpdir(), 'guestguard-bench-'))

/** Runs the product as `npm start` does, on a folder of its own and a free port. */
export async function startProgram(dataDir: string): Promise<Program> {
  const started = performance.now()
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const origin = await originOf(child)
  return {
    origin,
    readyAfter: performance.now() - started,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const origin = /ready at (http:\S+)/.exec(line)?.[1]
    if (origin !== undefined) return origin
  }
  throw new Error('the program ended before it was ready')
}
