import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../postgres/log.ts'
import type { Pool, PoolClient } from '../../postgres/pool.ts'
import type { Position } from '../port.ts'
import { CHANNEL } from './announcer.ts'

/** How often the head is asked for besides the notifications, which may be missed: the most that a fact can be late. */
const POLL_MS = 1_000

/** Longest wait before listening again, in milliseconds; the wait is random so that processes do not come all at once. */
const LONGEST_WAIT_MS = 2_000

interface Listening {
  readonly pool: Pool
  readonly origin: string
  readonly log: Log
  readonly signal: AbortSignal
  readonly readHead: () => Promise<Position>
  /** Called with each position that the log is known to have come to. */
  readonly reached: (position: Position) => void
}

/** Tells how far other processes have brought the log: by LISTEN on one connection, and by asking once a second. */
export async function listen(options: Listening): Promise<void> {
  await Promise.all([keepListening(options), keepPolling(options)])
}

async function keepPolling({ log, signal, readHead, reached }: Listening): Promise<void> {
  while (!signal.aborted) {
    try {
      reached(await readHead())
    } catch (error) {
      log.warn({ error: String(error) }, 'the head of the event log cannot be read')
    }
    await sleepUnless(signal, POLL_MS)
  }
}

async function keepListening(options: Listening): Promise<void> {
  const { pool, log, signal } = options
  while (!signal.aborted) {
    let client: PoolClient | undefined
    try {
      client = await pool.connect()
      await listenUntilLost(client, options)
    } catch (error) {
      log.warn({ error: String(error) }, 'the connection that listens to the event log was lost')
    } finally {
      client?.release(true)
    }
    await sleepUnless(signal, Math.random() * LONGEST_WAIT_MS)
  }
}

/** Resolves when `signal` aborts. @throws when the connection is lost */
async function listenUntilLost(client: PoolClient, { origin, signal, reached }: Listening): Promise<void> {
  const lost = Promise.withResolvers<undefined>()
  lost.promise.catch(() => undefined) // LISTEN itself may fail first, and then nobody waits for this
  const stop = (): void => {
    lost.resolve(undefined)
  }
  client.on('notification', ({ payload = '' }) => {
    const [from, position] = payload.split(':')
    // What this process wrote it already has.
    if (from !== origin && position !== undefined) reached(BigInt(position))
  })
  client.on('error', lost.reject)
  client.on('end', () => {
    lost.reject(new Error('the connection ended'))
  })
  signal.addEventListener('abort', stop)
  try {
    await client.query(`LISTEN ${CHANNEL}`)
    if (!signal.aborted) await lost.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
