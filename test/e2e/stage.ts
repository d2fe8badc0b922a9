import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Clock } from '../../src/kernel/time.ts'
import { startProduct, type Product } from '../../src/product.ts'
import { TestClient } from '../support/client.ts'
import { createTestDatabase } from '../support/postgres.ts'

/** Goes with the clocks of the browsers, and can be put forward. */
class AheadClock implements Clock {
  private ahead = 0

  now(): number {
    return Date.now() + this.ahead
  }

  /** @param ms milliseconds */
  advance(ms: number): void {
    this.ahead += ms
  }
}

/** The product as it is shipped, with its built pages and real geolocation, on a database and a folder of its own. */
export interface Stage {
  /** Such as http://localhost:34567. */
  readonly url: string
  readonly clock: AheadClock
  /** The product that runs now. */
  product(): Product
  /** @param ip told in X-Forwarded-For, which the product believes of this machine */
  client(ip?: string): TestClient
  /** The server goes away. */
  goDown(): Promise<void>
  /** While it is away, serves at another address that only `work` is told, so that there is something to miss. */
  meanwhile(work: (client: TestClient) => Promise<unknown>): Promise<void>
  /** It comes back at the same address, with all it had recorded. */
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** Where the visitors come from whom a test gives no address; the data places it in Zurich. */
export const HOME = '129.132.1.1'

/** @param webRoot folder of the pages; those of this run, unless a test changes some */
export async function startStage(webRoot = inject('webRoot')): Promise<Stage> {
  const database = await createTestDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'guestguard-e2e-'))
  const clock = new AheadClock()
  const start = (port: number) =>
    startProduct({
      config: readConfig({
        PORT: String(port),
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        TRUST_PROXY: '127.0.0.1',
        // A busy machine must not let an opening go on unscored.
        SCORING_BUDGET_MS: '5000',
      }),
      logger: pino({ level: 'silent' }),
      clock,
      webRoot,
    })
  const clientOf = (port: number, ip = HOME) => new TestClient(`http://127.0.0.1:${String(port)}`, ip)
  let product = await start(0)
  const port = portOf(product)
  return {
    url: `http://localhost:${String(port)}`,
    clock,
    product: () => product,
    client: (ip) => clientOf(port, ip),
    goDown: () => product.stop(),
    async meanwhile(work) {
      const other = await start(0)
      await work(clientOf(portOf(other))).finally(() => other.stop())
    },
    async comeBack() {
      product = await start(port)
    },
    async stop() {
      await product.stop()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function portOf({ app }: Product): number {
  return (app.server.address() as { port: number }).port
}
