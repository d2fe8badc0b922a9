import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SECOND } from '../kernel/time.ts'
import type { Log } from './log.ts'

export interface ListenOptions {
  readonly url: string
  /** A plain identifier. */
  readonly channel: string
  readonly log: Log
  readonly onNotification: (payload: string) => void
  /** Called each time listening begins, also after a lost connection: what was told in between was missed. */
  readonly onListening?: () => void
}

export interface Listener {
  stop(): Promise<void>
}

/** A connection that died without a word is noticed by its next heartbeat. */
const HEARTBEAT = 30 * SECOND
const MAX_BACKOFF = 5 * SECOND

/**
 * Listens to a NOTIFY channel on a connection of its own, until `stop`; a lost connection is opened again.
 * @returns once it listens for the first time
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const stopping = new AbortController()
  const first = Promise.withResolvers<undefined>()
  const loop = async (): Promise<void> => {
    for (let wait = 100; !stopping.signal.aborted; wait = Math.min(wait * 2, MAX_BACKOFF)) {
      try {
        await listenOnce(options, stopping.signal, () => {
          wait = 100
          first.resolve(undefined)
        })
      } catch (error) {
        options.log.warn(
          { channel: options.channel, error: String(error) },
          'LISTEN was interrupted; opening it again',
        )
      }
      await sleep(wait * (0.5 + Math.random()), undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    first.reject(new Error(`stopped before listening to ${options.channel}`))
  }
  const looping = loop()
  await first.promise
  return {
    stop: async () => {
      stopping.abort()
      await looping
    },
  }
}

async function listenOnce(
  options: ListenOptions,
  signal: AbortSignal,
  onListening: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: `guestguard listen ${options.channel}`,
    keepAlive: true,
    connectionTimeoutMillis: 10 * SECOND,
    query_timeout: 10 * SECOND,
  })
  const over = Promise.withResolvers<undefined>()
  client.on('error', over.reject)
  client.on('end', () => {
    over.reject(new Error('the connection ended'))
  })
  client.on('notification', (message) => {
    options.onNotification(message.payload ?? '')
  })
  signal.addEventListener('abort', () => {
    over.resolve(undefined)
  })
  try {
    await client.connect()
    await client.query(`LISTEN ${client.escapeIdentifier(options.channel)}`)
    options.onListening?.()
    onListening()
    const heartbeat = setInterval(() => {
      client.query('SELECT 1').catch(over.reject)
    }, HEARTBEAT)
    await over.promise.finally(() => {
      clearInterval(heartbeat)
    })
  } finally {
    // Whatever happens to it from here on has no listener any more, and must not become an unhandled rejection.
    over.promise.catch(() => undefined)
    await client.end().catch(() => undefined)
  }
}
