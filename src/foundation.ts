import { mkdir } from 'node:fs/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Closers } from './closers.ts'
import { createCommandHandler, type CommandHandler } from './commands/handle.ts'
import { createOpenings, type Openings } from './commands/guest/opening.ts'
import { activeRules } from './commands/rules/active.ts'
import type { Config } from './config.ts'
import { ANSWER_WITHIN, createEmbeddedStore } from './eventstore/embedded/store.ts'
import { createEventStoreDbStore } from './eventstore/eventstoredb/store.ts'
import { holdToItsLog } from './eventstore/log-mark.ts'
import { createLog, type Log } from './eventstore/log.ts'
import type { EventStore } from './eventstore/port.ts'
import { createGeoResolver } from './geoip/create.ts'
import type { GeoResolver } from './geoip/resolver.ts'
import type { Clock } from './kernel/time.ts'
import type { Observability } from './observability/create.ts'
import { allMigrations } from './migrations.ts'
import { startEmbeddedPostgres } from './postgres/embedded.ts'
import { migrate } from './postgres/migrate.ts'
import { assertUsable, createPool, type Pool } from './postgres/pool.ts'
import { createProjections, type Projections } from './projections/create.ts'
import { createTokens, type Tokens } from './tokens/tokens.ts'
import { openAddressIndex } from './vault/address-index.ts'
import { openKeyRing } from './vault/open-key-ring.ts'
import { openVault, type Vault } from './vault/vault.ts'

/** What every role stands on. */
export interface Foundation {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly vault: Vault
  readonly store: EventStore
  readonly log: Log
  readonly commands: CommandHandler
  readonly tokens: Tokens
  readonly projections: Projections
  readonly geo: GeoResolver
  readonly openings: Openings
}

/** What stands around the parts while they are put together. */
export type Instruments = Pick<Observability, 'store' | 'projected' | 'openings' | 'geo' | 'overrun'>

const uncounted: Instruments = {
  store: (store) => store,
  projected: (store) => store,
  openings: (openings) => openings,
  geo: (geo) => geo,
  overrun: () => undefined,
}

/**
 * Opens the database, the keys, the log and the read models. What was opened is in `closers`, also after an error.
 * @param instruments default: nothing is counted
 * @throws Error with a sentence for the operator
 */
export async function layFoundation(
  config: Config,
  logger: FastifyBaseLogger,
  clock: Clock,
  closers: Closers,
  instruments: Instruments = uncounted,
): Promise<Foundation> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch(
    because('DATA_DIR: cannot make the folder'),
  )
  const opening = createGeoResolver(config.geo, (message) => {
    logger.warn(message)
  })
  // Opened beside the database, which takes longer; without a listener a failure would end the process unexplained.
  opening.catch(() => undefined)

  const databaseUrl = await openDatabase(config, logger, closers)
  const pool = await openPool(config, databaseUrl, logger, closers)
  const ring = await openKeyRing({ dataDir: config.dataDir, masterKey: config.masterKey ?? undefined }, pool)
  const vault = await openVault({ pool, url: databaseUrl, ring, log: logger })
  closers.add('the vault', () => vault.close())
  const store = instruments.store(await openStore(config, databaseUrl, logger, closers))
  await holdToItsLog(pool, store)
  const log = createLog(store, vault)
  const commands = createCommandHandler(log)

  const write = config.role !== 'api'
  const projected = instruments.projected(store)
  const reading = { pool, connectionString: databaseUrl, log, store: projected, logger, write }
  const projections = createProjections(reading)
  closers.add('the projections', () => projections.stop())
  await projections.start()

  const geo = instruments.geo(await opening)
  closers.add('the geo data', () => {
    geo.close()
    return undefined
  })
  const tokens = createTokens(ring, clock, await openAddressIndex(pool, ring))
  const openings = openingsOn(config, logger, clock, commands, geo, instruments)
  return { databaseUrl, pool, vault, store, log, commands, tokens, projections, geo, openings }
}

function openingsOn(
  config: Config,
  logger: FastifyBaseLogger,
  clock: Clock,
  commands: CommandHandler,
  geo: GeoResolver,
  instruments: Instruments,
): Openings {
  const openings = createOpenings({
    commands,
    lookup: (ip) => geo.lookup(ip),
    rules: activeRules(commands, clock),
    budgetMs: config.scoringBudgetMs,
    onOverrun: () => {
      instruments.overrun()
      logger.warn('an opening went on unscored: the scoring budget was spent')
    },
  })
  return instruments.openings(openings)
}

async function openPool(
  config: Config,
  databaseUrl: string,
  logger: FastifyBaseLogger,
  closers: Closers,
): Promise<Pool> {
  await bringUpToDate(config, databaseUrl, logger)
  const pool = createPool(databaseUrl, { log: logger, max: 12, answerWithin: ANSWER_WITHIN })
  closers.add('the pool', () => pool.end())
  return pool
}

/** A migration takes as long as it takes, and waits for that of another process: nothing else may. */
async function bringUpToDate(
  { databaseUrl: configured }: Config,
  databaseUrl: string,
  logger: FastifyBaseLogger,
): Promise<void> {
  const pool = createPool(databaseUrl, { log: logger, max: 1 })
  try {
    if (configured !== null) await assertUsable(pool, databaseUrl)
    await migrate(pool, allMigrations)
  } finally {
    await pool.end()
  }
}

async function openDatabase(config: Config, logger: FastifyBaseLogger, closers: Closers): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log: logger })
  closers.add('the database server', () => server.stop())
  return server.url
}

async function openStore(
  config: Config,
  databaseUrl: string,
  logger: FastifyBaseLogger,
  closers: Closers,
): Promise<EventStore> {
  if (config.eventStoreUrl !== null) return openRemoteStore(config.eventStoreUrl, logger, closers)
  // A pool of its own: an append must never wait for a reader that waits for the append.
  const pool = createPool(databaseUrl, {
    log: logger,
    max: 8,
    applicationName: 'guestguard log',
    answerWithin: ANSWER_WITHIN,
  })
  closers.add("the log's pool", () => pool.end())
  const embedded = createEmbeddedStore({ pool, log: logger })
  closers.add('the event store', () => embedded.close())
  return embedded
}

async function openRemoteStore(
  address: string,
  logger: FastifyBaseLogger,
  closers: Closers,
): Promise<EventStore> {
  const unusable = because('EVENTSTORE_URL: cannot use EventStoreDB')
  const remote = await Promise.resolve(address)
    .then(() => createEventStoreDbStore(address, logger))
    .catch(unusable)
  closers.add('the event store', () => remote.close())
  await remote.head().catch(unusable)
  return remote
}

/** @returns a handler that throws the error again, its message being one line that begins with these words */
function because(words: string): (error: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${words}: ${reason.replaceAll(/\s+/g, ' ').trim()}`, { cause })
  }
}
