import { setTimeout as wait } from 'node:timers/promises'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import { LETS_GO_OF_LOCKS, within, type Pool, type PoolClient } from '../postgres/pool.ts'

/** Milliseconds between two tries to become the holder: how long nobody may be it after one was lost. */
const RETRY = 2 * SECOND
/** Milliseconds between two proofs that the connection, and with it the lock, is still there, and for each of them. */
const HEARTBEAT = 10 * SECOND

export interface SingleHolder {
  /** Of the whole product; the lock is a hash of it. */
  readonly name: string
  readonly pool: Pool
  readonly log: Log
  readonly signal: AbortSignal
  /** What only one process at a time does. `signal` aborts when the lock is lost, or the outer signal aborts. */
  readonly work: (signal: AbortSignal) => Promise<void>
}

/**
 * Does `work` while this process holds an advisory lock of the database, and waits while another does. The lock lives
 * and dies with its connection, so a process that is killed gives it up at once, and a machine that vanishes soon.
 * @returns resolves when `signal` has aborted and the work has ended; never rejects
 */
export async function whileSingleHolder({ name, pool, log, signal, work }: SingleHolder): Promise<void> {
  while (!signal.aborted) {
    try {
      await tryOnce({ name, pool, signal, work })
    } catch (error) {
      log.warn({ name, error: String(error) }, 'the lock of a process was lost; taking it again')
    }
    await wait(RETRY * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
  }
}

async function tryOnce({ name, pool, signal, work }: Omit<SingleHolder, 'log'>): Promise<void> {
  const client = await pool.connect()
  let close = true
  try {
    if (await takeLock(client, name)) {
      await client.query(LETS_GO_OF_LOCKS)
      await holdAndWork(client, signal, work)
    } else close = false
  } finally {
    // Closed when it holds the lock, not given back: that is what lets go of it.
    client.release(close)
  }
}

async function takeLock(client: PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken`,
    [name],
  )
  return rows[0]?.taken === true
}

async function holdAndWork(
  client: PoolClient,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController()
  const onLost = (): void => {
    lost.abort()
  }
  client.once('error', onLost)
  client.once('end', onLost)
  const heartbeat = setInterval(() => {
    client.query(within(HEARTBEAT, { text: 'SELECT 1' })).catch(onLost)
  }, HEARTBEAT)
  try {
    await work(AbortSignal.any([outer, lost.signal]))
  } finally {
    clearInterval(heartbeat)
    client.off('error', onLost)
    client.off('end', onLost)
  }
}
