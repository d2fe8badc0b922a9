import { setTimeout as sleep } from 'node:timers/promises'
import { LETS_GO_OF_LOCKS, type Pool, type PoolClient } from './pool.ts'

/** Runs what has the same key one after the other, in whichever process of the database it is. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Between two looks whether another process is done, in milliseconds. */
const RETRY = 100

interface Session {
  readonly client: Promise<PoolClient>
  users: number
}

/**
 * Turns are advisory locks of the database. One connection holds all of this process, and is open only while there are
 * any: were it one each, those who have their turn could be left without a connection to work with. When it breaks the
 * locks are free; what is under way goes on, no longer alone.
 * @param pool gives the connection
 */
export function createTurns(pool: Pool): InTurn {
  const last = new Map<string, Promise<unknown>>()
  let current: Session | undefined

  function open(): Session {
    const session: Session = { client: connect(), users: 0 }
    const forget = (): void => {
      if (current === session) current = undefined
    }
    session.client.then((client) => client.once('error', forget).once('end', forget), forget)
    return session
  }

  async function connect(): Promise<PoolClient> {
    const client = await pool.connect()
    try {
      await client.query(LETS_GO_OF_LOCKS)
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async function leave(session: Session): Promise<void> {
    session.users -= 1
    if (session.users > 0) return
    if (current === session) current = undefined
    const client = await session.client.catch(() => undefined)
    client?.release(true)
  }

  async function locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    const session = (current ??= open())
    session.users += 1
    try {
      const client = await session.client
      while (!(await tryLock(client, key))) await sleep(RETRY)
      try {
        return await work()
      } finally {
        // A connection that broke holds no lock.
        await unlock(client, key).catch(() => undefined)
      }
    } finally {
      await leave(session)
    }
  }

  // In one process first: a session gets a lock that it has.
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => locked(`guestguard turn ${key}`, work))
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}

async function tryLock(client: PoolClient, key: string): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got',
    [key],
  )
  return rows[0]?.got === true
}

async function unlock(client: PoolClient, key: string): Promise<void> {
  await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key])
}
