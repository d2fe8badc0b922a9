import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createCommandHandler, type CommandHandler } from './commands/handle.ts'
import { createOpenings } from './commands/guest/opening.ts'
import type { Config } from './config.ts'
import { createEmbeddedStore, migrations as storeMigrations } from './eventstore/embedded/store.ts'
import { createEventStoreDbStore } from './eventstore/eventstoredb/store.ts'
import { createLog } from './eventstore/log.ts'
import type { EventStore } from './eventstore/port.ts'
import { createGeoResolver } from './geoip/create.ts'
import { buildApp } from './http/app.ts'
import type { Passwords, Readiness } from './http/deps.ts'
import { systemClock, SECOND, type Clock } from './kernel/time.ts'
import { calendarFile } from './notify/calendar.ts'
import { createMailer } from './notify/mailer.ts'
import { createOutbox } from './notify/outbox.ts'
import { qrSvg } from './notify/pass.ts'
import { createSms } from './notify/sms.ts'
import { startEmbeddedPostgres } from './postgres/embedded.ts'
import { migrate } from './postgres/migrate.ts'
import { assertUsable, createPool, type Pool } from './postgres/pool.ts'
import { processMigrations } from './processes/checkpoints.ts'
import { createProcesses } from './processes/create.ts'
import {
  createProjections,
  migrations as projectionMigrations,
  type Projections,
} from './projections/create.ts'
import { outboxOf } from './outbox.ts'
import { defaultRuleSet } from './scoring/rules/registry.ts'
import { hashPassword, needsRehash, verifyPassword } from './tokens/password.ts'
import { createTokens, type Tokens } from './tokens/tokens.ts'
import { vaultMigrations } from './vault/migrations.ts'
import { openKeyRing } from './vault/open-key-ring.ts'
import { openVault } from './vault/vault.ts'

export interface ProductOptions {
  readonly config: Config
  readonly logger: FastifyBaseLogger
  readonly clock?: Clock
}

/** The running product. */
export interface Product {
  /** Where it listens, such as http://localhost:8080; null for a worker. */
  readonly url: string | null
  readonly app: FastifyInstance
  readonly commands: CommandHandler
  readonly projections: Projections
  readonly store: EventStore
  readonly tokens: Tokens
  /** Takes no new requests, finishes what is under way, then closes what it stands on, the database last. */
  stop(): Promise<void>
}

/** Things to close, closed in the order opposite to that of their opening. */
class Closers {
  private readonly closers: { readonly name: string; readonly close: () => Promise<unknown> | undefined }[] =
    []
  private readonly logger: FastifyBaseLogger

  constructor(logger: FastifyBaseLogger) {
    this.logger = logger
  }

  add(name: string, close: () => Promise<unknown> | undefined): void {
    this.closers.push({ name, close })
  }

  async closeAll(): Promise<void> {
    for (let next = this.closers.pop(); next !== undefined; next = this.closers.pop()) {
      try {
        await next.close()
      } catch (error) {
        this.logger.error({ err: error }, `could not close ${next.name}`)
      }
    }
  }
}

/**
 * Starts everything that the configuration asks for.
 * @throws Error with a sentence for the operator; what was started before is stopped
 */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const closers = new Closers(options.logger)
  try {
    return await start(options, closers)
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

async function start(
  { config, logger, clock = systemClock }: ProductOptions,
  closers: Closers,
): Promise<Product> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const geo = createGeoResolver(config.geo, (message) => {
    logger.warn(message)
  })
  // Opened beside the database, which takes longer; without a listener a failure would end the process unexplained.
  geo.catch(() => undefined)

  const databaseUrl = await openDatabase(config, logger, closers)
  const pool = createPool(databaseUrl, { log: logger, max: 12 })
  closers.add('the pool', () => pool.end())
  if (config.databaseUrl !== null) await assertUsable(pool, databaseUrl)
  await migrate(pool, [...storeMigrations, ...vaultMigrations, ...processMigrations, ...projectionMigrations])

  const ring = await openKeyRing({ dataDir: config.dataDir, masterKey: config.masterKey ?? undefined }, pool)
  const vault = await openVault({ pool, url: databaseUrl, ring, log: logger })
  closers.add('the vault', () => vault.close())
  const store = openStore(config, databaseUrl, logger, closers)
  const log = createLog(store, vault)
  const commands = createCommandHandler(log)
  const tokens = createTokens(ring, clock)

  const projections = createProjections({
    pool,
    connectionString: databaseUrl,
    log,
    store,
    logger,
    write: config.role !== 'api',
  })
  closers.add('the projections', () => projections.stop())
  await projections.start()

  const resolver = await geo
  closers.add('the geo data', () => {
    resolver.close()
    return undefined
  })
  const openings = createOpenings({
    commands,
    lookup: (ip) => resolver.lookup(ip),
    rules: () => defaultRuleSet,
    budgetMs: config.scoringBudgetMs,
    onOverrun: () => {
      logger.warn('an opening went on unscored: the scoring budget was spent')
    },
  })

  const outbox = createOutbox(join(config.dataDir, 'outbox'))
  const mailDomain = domainOf(config.mailFrom)
  const address = new Address(config)
  if (config.role !== 'api') {
    const mailer = createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom, outbox, clock })
    closers.add('the mailer', () => mailer.close())
    const sms = createSms({ twilio: config.twilio, outbox, clock })
    const links = {
      guestLink: (link: { eventId: string; guestId: string; version: number }) =>
        `${address.publicUrl()}/r/${tokens.issueLink(link)}`,
      passCode: tokens.passCode,
      async resetLink({ hostId, passwordHash }: { hostId: string; passwordHash: string }) {
        const { token, validFor } = await tokens.issueReset(hostId, passwordHash)
        return { url: `${address.publicUrl()}/reset#${token}`, validFor }
      },
    }
    const processes = createProcesses({
      store,
      factLog: log,
      pool,
      databaseUrl,
      openings,
      vault,
      log: logger,
      commands,
      mailer,
      sms,
      links,
      mailDomain,
      clock,
    })
    closers.add('the processes', () => processes.stop())
    await processes.start()
  }

  const { attribution, attributionUrl } = resolver.describe()
  const app = await buildApp({
    logger,
    clock,
    commands,
    openings,
    readModels: projections,
    head: () => store.head(),
    tokens,
    passwords,
    forget: (subject) => vault.forget([subject]),
    ready: () => readiness(pool, store, projections),
    outbox: config.smtpUrl === null && address.isLocal ? outboxOf(outbox) : null,
    calendarFile: (eventId, { name, eventDate, venue, changes }) =>
      calendarFile({
        eventId,
        name,
        eventDate,
        venue,
        sequence: changes,
        domain: mailDomain,
      }).content.toString('utf8'),
    qrSvg,
    geoAttribution:
      attribution === undefined || attributionUrl === undefined
        ? null
        : { text: attribution, url: attributionUrl },
    publicUrl: () => address.publicUrl(),
    trustProxy: config.trustProxy,
    webRoot: join(import.meta.dirname, '../dist/web'),
  })
  closers.add('the web server', () => app.close())
  if (config.role !== 'worker') {
    await app.listen({ port: config.port, host: config.host })
    address.listening(app)
  }
  return {
    url: config.role === 'worker' ? null : address.publicUrl(),
    app,
    commands,
    projections,
    store,
    tokens,
    stop: () => closers.closeAll(),
  }
}

async function openDatabase(config: Config, logger: FastifyBaseLogger, closers: Closers): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log: logger })
  closers.add('the database server', () => server.stop())
  return server.url
}

function openStore(
  config: Config,
  databaseUrl: string,
  logger: FastifyBaseLogger,
  closers: Closers,
): EventStore {
  if (config.eventStoreUrl !== null) {
    const remote = createEventStoreDbStore(config.eventStoreUrl)
    closers.add('the event store', () => remote.close())
    return remote
  }
  // A pool of its own: an append must never wait for a reader that waits for the append.
  const pool = createPool(databaseUrl, { log: logger, max: 8, applicationName: 'guestguard log' })
  closers.add("the log's pool", () => pool.end())
  const embedded = createEmbeddedStore({ pool, log: logger })
  closers.add('the event store', () => embedded.close())
  return embedded
}

const passwords: Passwords = {
  hash: hashPassword,
  verify: (password, hash) => verifyPassword(hash, password),
  needsRehash,
}

/** A lag that lasts longer than this makes the read models not ready, in milliseconds. */
const MOST_LAG = 30 * SECOND

async function readiness(pool: Pool, store: EventStore, projections: Projections): Promise<Readiness> {
  const check = async (look: () => Promise<string>) => {
    try {
      return { ok: true, detail: await look() }
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) }
    }
  }
  const checks = {
    database: await check(async () => {
      await pool.query('SELECT 1')
      return 'answers'
    }),
    eventStore: await check(async () => `head at ${String(await store.head())}`),
    projections: await check(async () => {
      const behind = (await projections.status()).filter(({ lag }) => lag.seconds * SECOND > MOST_LAG)
      const [worst] = behind.toSorted((a, b) => b.lag.seconds - a.lag.seconds)
      if (worst === undefined) return 'up to date'
      throw new Error(
        `${worst.name} is ${String(worst.lag.facts)} facts and ${String(worst.lag.seconds)} s behind`,
      )
    }),
  }
  return { ok: Object.values(checks).every(({ ok }) => ok), checks }
}

/** Under which address the product is reached; the port may be known only once it listens. */
class Address {
  /** Whether only this machine can reach it: then what is meant for developers may be shown. */
  readonly isLocal: boolean
  private url: string

  constructor(config: Config) {
    this.url = config.publicUrl ?? `http://localhost:${String(config.port)}`
    const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.host)
    this.isLocal = loopback && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(this.url).hostname)
    this.fixed = config.publicUrl !== null
  }

  private readonly fixed: boolean

  publicUrl(): string {
    return this.url
  }

  listening(app: FastifyInstance): void {
    const bound = app.server.address()
    if (!this.fixed && bound !== null && typeof bound === 'object')
      this.url = `http://localhost:${String(bound.port)}`
  }
}

/** @returns the domain of `Name <somebody@domain>` */
function domainOf(from: string): string {
  return /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
}
