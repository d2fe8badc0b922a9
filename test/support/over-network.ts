import { onTestFinished } from 'vitest'
import { createPool, type Pool, type PoolOptions } from '../../src/postgres/pool.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { silentLog } from './log.ts'

/**
 * A pool that reaches a database over a network which the test may silence; both last until the test is over.
 * @param url of the database
 * @param options of the pool, beside the log
 */
export async function poolOverNetwork(
  url: string,
  options: Omit<PoolOptions, 'log'>,
): Promise<{ pool: Pool; network: TcpProxy }> {
  const reached = new URL(url)
  const network = await startTcpProxy(Number(reached.port))
  onTestFinished(() => {
    network.close()
  })
  reached.port = String(network.port)
  const pool = createPool(reached.href, { ...options, log: silentLog })
  onTestFinished(() => pool.end())
  return { pool, network }
}
