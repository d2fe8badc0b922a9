import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { readConfig, type Config } from '../../src/config.ts'
import type { Clock } from '../../src/kernel/time.ts'
import { loggerOf } from '../../src/logger.ts'
import { startProduct, type Product } from '../../src/product.ts'
import { TestClient } from './client.ts'
import { createTestDatabase } from './postgres.ts'

/** Stands still until a test moves it, so that what is recorded at which time is known. */
export class TestClock implements Clock {
  private time: number

  constructor(start: string) {
    this.time = Date.parse(start)
  }

  now(): number {
    return this.time
  }

  /** @param ms milliseconds */
  advance(ms: number): void {
    this.time += ms
  }
}

export interface TestProduct extends Product {
  readonly url: string
  readonly clock: TestClock
  readonly databaseUrl: string
  readonly dataDir: string
  /** @returns a new visitor with an address of its own, unless one is named */
  client(ip?: string): TestClient
}

export interface TestProductOptions {
  /** Beside what the tests need; no geolocation unless asked for. */
  readonly config?: Partial<Config>
  /** Where the database is reached, when not at its own port. */
  readonly databasePort?: number
  /** Told every line of the log, as JSON. */
  readonly onLog?: (line: string) => void
  /** See `ProductOptions`. */
  readonly stuckAfter?: number
}

const START = '2026-06-01T12:00:00.000Z'

/** Pages of one line each: what is in them is the business of the browser tests. */
async function writePages(root: string): Promise<void> {
  await mkdir(path.join(root, 'assets'), { recursive: true })
  for (const page of ['index.html', 'r.html', 'scan.html']) {
    await writeFile(path.join(root, page), `<!doctype html><title>${page}</title>`)
  }
  await writeFile(path.join(root, 'assets/app-0123abcd.js'), 'export {}')
}

function through(port: number | undefined, databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (port !== undefined) url.port = String(port)
  return url.href
}

/**
 * Starts the whole product in this process, on a database and a folder of its own and on a free port.
 * `stop` also removes both.
 */
export async function startTestProduct(options: TestProductOptions = {}): Promise<TestProduct> {
  const database = await createTestDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-product-'))
  const webRoot = path.join(folder, 'web')
  await writePages(webRoot)
  const dataDir = path.join(folder, 'data')
  const clock = new TestClock(START)
  const config = {
    ...readConfig({
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: through(options.databasePort, database.url),
      GEOIP_PROVIDER: 'null',
      TRUST_PROXY: '127.0.0.1',
      SCORING_BUDGET_MS: '5000',
    }),
    ...options.config,
  }
  const { onLog, stuckAfter } = options
  const logger =
    onLog === undefined ? pino({ level: 'silent' }) : loggerOf({ logLevel: 'trace' }, { write: onLog })
  const late = stuckAfter === undefined ? {} : { stuckAfter }
  const product = await startProduct({ config, logger, clock, webRoot, ...late })
  const { port } = product.app.server.address() as { port: number }
  let visitors = 0
  return {
    ...product,
    url: `http://localhost:${String(port)}`,
    clock,
    databaseUrl: database.url,
    dataDir,
    client(ip) {
      visitors += 1
      const own = `10.${String((visitors >> 16) & 255)}.${String((visitors >> 8) & 255)}.${String(visitors & 255)}`
      return new TestClient(`http://127.0.0.1:${String(port)}`, ip ?? own)
    },
    async stop() {
      await product.stop()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
