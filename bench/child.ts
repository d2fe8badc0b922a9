import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpuOfDescendants } from './cpu.ts'

/** What a measured process says when it is ready, and when it is asked. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly origin: string; readonly tokens: readonly string[] }
  | {
      readonly kind: 'usage'
      readonly cpuSeconds: number
      readonly databaseSeconds: number
      readonly rssMb: number
      readonly behind: number
    }

export interface Child {
  readonly origin: string
  readonly tokens: readonly string[]
  /** CPU time so far of the process, and of the database that it started, in seconds; memory of the process in MB. */
  usage(): Promise<Extract<ChildMessage, { kind: 'usage' }>>
  /** Asks something that only this program answers, with a message of that kind. */
  ask<T>(what: string): Promise<T>
  stop(): Promise<void>
}

async function message<K extends ChildMessage['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ChildMessage, { kind: K }>> {
  for (;;) {
    const [said] = (await once(child, 'message')) as [ChildMessage]
    if (said.kind === kind) return said as Extract<ChildMessage, { kind: K }>
  }
}

/** @param file a program beside this one that answers `usage` and stops on SIGTERM */
export async function startChild(file: string, args: readonly string[]): Promise<Child> {
  const child = fork(new URL(file, import.meta.url), [...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) throw new Error(`${file} ended with ${String(code)}`)
  })
  const { origin, tokens } = await message(child, 'ready')
  return {
    origin,
    tokens,
    usage() {
      const answer = message(child, 'usage')
      child.send('usage')
      return answer
    },
    async ask<T>(what: string) {
      const answer = message(child, what as ChildMessage['kind'])
      child.send(what)
      return (await answer) as T
    },
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** In the measured process: answers what `startChild` asks. */
export function reportTo(
  ready: { origin: string; tokens: readonly string[] },
  behind: () => Promise<number>,
): void {
  process.on('message', (asked) => {
    if (asked !== 'usage') return
    void behind().then((facts) => {
      const { user, system } = process.cpuUsage()
      const rssMb = process.memoryUsage.rss() / 1024 ** 2
      process.send?.({
        kind: 'usage',
        cpuSeconds: (user + system) / 1e6,
        databaseSeconds: cpuOfDescendants(process.pid),
        rssMb,
        behind: facts,
      } satisfies ChildMessage)
    })
  })
  process.send?.({ kind: 'ready', ...ready } satisfies ChildMessage)
}
