import type { LiveMessage } from '@contracts/activity.ts'
import { waitBeforeRetry } from './backoff.ts'

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'ended'

/** What a socket tells; of a closed one nothing more is heard. */
export interface SocketEvents {
  message: (data: unknown) => void
  closed: () => void
}

export interface LiveOptions {
  /** Opens a socket that goes on behind the newest position seen; gives how to close it. */
  open: (events: SocketEvents) => () => void
  onMessage: (message: LiveMessage) => void
  onState: (state: LiveState) => void
  /** Asked after every third failed try: a socket does not say why it failed. False ends the connection. */
  stillWelcome: () => Promise<boolean>
  random?: () => number
}

export interface LiveConnection {
  /** Tries again now in place of waiting: the network came back, or the page is looked at again. */
  hurry: () => void
  /** Drops the socket and opens another one at the position the caller is at now. */
  reopen: () => void
  stop: () => void
}

const triesBeforeAsking = 3

/** Keeps a live feed connected until stopped: reconnects after every drop, with growing and jittered waits. */
export function keepLive(options: LiveOptions): LiveConnection {
  let close: (() => void) | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let stopped = false

  function drop(): void {
    close?.()
    close = null
  }

  function receive(data: unknown): void {
    const message = JSON.parse(String(data)) as LiveMessage
    if (message.type === 'caught_up') {
      failures = 0
      options.onState('live')
    }
    options.onMessage(message)
  }

  function connect(): void {
    clearTimeout(timer)
    timer = undefined
    drop()
    if (stopped) return
    options.onState(failures === 0 ? 'connecting' : 'reconnecting')
    close = options.open({ message: receive, closed: () => void onDropped() })
  }

  async function onDropped(): Promise<void> {
    close = null
    failures += 1
    options.onState('reconnecting')
    if (failures % triesBeforeAsking === 0 && !(await options.stillWelcome())) {
      if (stopped) return
      stop()
      options.onState('ended')
    }
    retryLater()
  }

  function retryLater(): void {
    // Stopped, or opened again by the caller, while the server was asked.
    if (stopped || close !== null) return
    timer = setTimeout(connect, waitBeforeRetry(failures - 1, (options.random ?? Math.random)()))
  }

  function stop(): void {
    stopped = true
    clearTimeout(timer)
    drop()
  }

  connect()
  return {
    hurry: () => {
      if (timer !== undefined) connect()
    },
    reopen: connect,
    stop,
  }
}
