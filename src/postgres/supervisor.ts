import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND } from '../kernel/time.ts'
import { launchServer, type LaunchOptions, type ServerProcess } from './server-process.ts'

/** Longest wait between two tries to bring the server back, in ms. */
const MAX_BACKOFF = 5 * SECOND

/** A server that an operator's mistake or the kernel's memory killer ends must not end the evening with it. */
export function supervise(first: ServerProcess, launch: LaunchOptions): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let current: ServerProcess | undefined = first
  const watch = async (): Promise<void> => {
    while (current !== undefined) {
      const how = await current.ended
      current = undefined
      if (stopping.signal.aborted) return
      launch.log.error({ how }, 'PostgreSQL ended unexpectedly; starting it again')
      current = await relaunch(launch, stopping.signal)
      if (current !== undefined) launch.log.info({}, 'PostgreSQL accepts connections again')
    }
  }
  const watching = watch()
  return {
    stop: async () => {
      stopping.abort()
      current?.signal('SIGINT')
      const insist = setTimeout(() => current?.signal('SIGQUIT'), 15 * SECOND)
      await watching
      clearTimeout(insist)
    },
  }
}

/** @returns `undefined` when `signal` aborted before the server was back */
async function relaunch(launch: LaunchOptions, signal: AbortSignal): Promise<ServerProcess | undefined> {
  for (let wait = 50; !signal.aborted; wait = Math.min(wait * 2, MAX_BACKOFF)) {
    try {
      return await launchServer(launch, signal)
    } catch (error) {
      launch.log.error({ error, wait }, 'PostgreSQL does not start; trying again')
      await sleep(wait, undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}
