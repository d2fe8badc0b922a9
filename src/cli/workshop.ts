import type { FastifyBaseLogger } from 'fastify'
import { Closers } from '../closers.ts'
import { createCommandHandler, type CommandHandler } from '../commands/handle.ts'
import type { Config } from '../config.ts'
import { ANSWER_WITHIN, createEmbeddedStore } from '../eventstore/embedded/store.ts'
import { createEventStoreDbStore } from '../eventstore/eventstoredb/store.ts'
import { createLog, type Log } from '../eventstore/log.ts'
import type { EventStore } from '../eventstore/port.ts'
import { allMigrations } from '../migrations.ts'
import { startEmbeddedPostgres } from '../postgres/embedded.ts'
import { FolderInUse } from '../postgres/folder-lock.ts'
import { migrate, requireMigrated } from '../postgres/migrate.ts'
import { createPool, type Pool } from '../postgres/pool.ts'
import { urlOfRunning } from '../postgres/running.ts'
import type { KeyRing } from '../vault/key-ring.ts'
import { openKeyRing } from '../vault/open-key-ring.ts'
import { openVault } from '../vault/vault.ts'

/** What the commands of ops work with. The product may run beside it. */
export interface Workshop {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly ring: KeyRing
  readonly store: EventStore
  readonly log: Log
  readonly commands: CommandHandler
  close(): Promise<void>
}

export interface WorkshopOptions {
  /** Brings the tables up to date first; what only reads refuses those of another release. Default true. */
  readonly writes?: boolean
}

/**
 * Opens the installation of the configuration. An embedded database that a running product holds is used beside it;
 * otherwise it is started for as long as the command takes.
 * @throws Error with a sentence for the operator
 */
export async function openWorkshop(
  config: Config,
  logger: FastifyBaseLogger,
  { writes = true }: WorkshopOptions = {},
): Promise<Workshop> {
  const closers = new Closers(logger)
  try {
    const databaseUrl = await databaseOf(config, logger, closers)
    const pool = createPool(databaseUrl, { log: logger, max: 10, applicationName: 'guestguard ops' })
    closers.add('the pool', () => pool.end())
    const prepare = writes ? migrate : requireMigrated
    await prepare(pool, allMigrations).catch(explain(config))
    const ring = await openKeyRing(
      { dataDir: config.dataDir, masterKey: config.masterKey ?? undefined },
      pool,
    )
    const vault = await openVault({ pool, url: databaseUrl, ring, log: logger })
    closers.add('the vault', () => vault.close())
    const store = storeOf(config, databaseUrl, logger, closers)
    const log = createLog(store, vault)
    const close = () => closers.closeAll()
    return { databaseUrl, pool, ring, store, log, commands: createCommandHandler(log), close }
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

/** SQLSTATE of a database that is not there. */
const NO_DATABASE = '3D000'

/** @returns a handler that throws the error again, as a sentence where the moment explains it */
function explain({ databaseUrl }: Config): (error: unknown) => never {
  return (error) => {
    const starting =
      databaseUrl === null && error instanceof Error && 'code' in error && error.code === NO_DATABASE
    if (!starting) throw error
    throw new Error('The product is starting for the first time. Try again in a moment.', { cause: error })
  }
}

async function databaseOf(config: Config, logger: FastifyBaseLogger, closers: Closers): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl
  try {
    const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log: logger })
    closers.add('the database server', () => server.stop())
    return server.url
  } catch (error) {
    const running = error instanceof FolderInUse ? await urlOfRunning(config.dataDir) : undefined
    if (running === undefined) throw error
    return running
  }
}

function storeOf(
  config: Config,
  databaseUrl: string,
  logger: FastifyBaseLogger,
  closers: Closers,
): EventStore {
  if (config.eventStoreUrl !== null) {
    const remote = createEventStoreDbStore(config.eventStoreUrl, logger)
    closers.add('the event store', () => remote.close())
    return remote
  }
  const pool = createPool(databaseUrl, {
    log: logger,
    max: 6,
    applicationName: 'guestguard ops log',
    answerWithin: ANSWER_WITHIN,
  })
  closers.add("the log's pool", () => pool.end())
  const embedded = createEmbeddedStore({ pool, log: logger })
  closers.add('the event store', () => embedded.close())
  return embedded
}
