import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createCommandHandler, type CommandHandler } from './commands/handle.ts'
import { createOpenings, type Openings } from './commands/guest/opening.ts'
import { Address, domainOf } from './address.ts'
import { Closers } from './closers.ts'
import type { Config } from './config.ts'
import { createEmbeddedStore, migrations as storeMigrations } from './eventstore/embedded/store.ts'
import { createEventStoreDbStore } from './eventstore/eventstoredb/store.ts'
import { createLog } from './eventstore/log.ts'
import type { EventStore } from './eventstore/port.ts'
import { createGeoResolver } from './geoip/create.ts'
import { buildApp } from './http/app.ts'
import type { Passwords } from './http/deps.ts'
import { systemClock, type Clock } from './kernel/time.ts'
import { calendarFile } from './notify/calendar.ts'
import { createMailer } from './notify/mailer.ts'
import { createOutbox } from './notify/outbox.ts'
import { qrSvg } from './notify/pass.ts'
import { createSms } from './notify/sms.ts'
import { startEmbeddedPostgres } from './postgres/embedded.ts'
import { migrate } from './postgres/migrate.ts'
import { assertUsable, createPool } from './postgres/pool.ts'
import { processMigrations } from './processes/checkpoints.ts'
import { createProcesses } from './processes/create.ts'
import {
  createProjections,
  migrations as projectionMigrations,
  type Projections,
} from './projections/create.ts'
import { outboxOf } from './outbox.ts'
import { readiness } from './readiness.ts'
import { defaultRuleSet } from './scoring/rules/registry.ts'
import { hashPassword, needsRehash, verifyPassword } from './tokens/password.ts'
import { createTokens, type LinkClaims, type Tokens } from './tokens/tokens.ts'
import { vaultMigrations } from './vault/migrations.ts'
import { openKeyRing } from './vault/open-key-ring.ts'
import { openVault } from './vault/vault.ts'

export interface ProductOptions {
  readonly config: Config
  readonly logger: FastifyBaseLogger
  readonly clock?: Clock
  /** Folder of the built pages; default: where the build puts them. */
  readonly webRoot?: string
}

const BUILT_PAGES = join(import.meta.dirname, '../dist/web')

/** The running product. */
export interface Product {
  /** Where it listens, such as http://localhost:8080; null for a worker. */
  readonly url: string | null
  readonly app: FastifyInstance
  readonly commands: CommandHandler
  readonly openings: Openings
  readonly projections: Projections
  readonly store: EventStore
  readonly tokens: Tokens
  /** Takes no new requests, finishes what is under way, then closes what it stands on, the database last. */
  stop(): Promise<void>
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
  { config, logger, clock = systemClock, webRoot = BUILT_PAGES }: ProductOptions,
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
      guestLink: (link: LinkClaims) => `${address.publicUrl()}/r/${tokens.issueLink(link)}`,
      passCode: (link: LinkClaims) => tokens.passCode(link),
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
    webRoot,
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
    openings,
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
