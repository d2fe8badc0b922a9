import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { openWorkshop, type Workshop } from '../src/cli/workshop.ts'
import { Closers } from '../src/closers.ts'
import { readConfig } from '../src/config.ts'
import { SECOND } from '../src/kernel/time.ts'
import { createPool } from '../src/postgres/pool.ts'
import { createProjections, type Projections } from '../src/projections/create.ts'
import type { Projection } from '../src/projections/projection.ts'
import { newDataDir } from './program.ts'

/** What is built of a million facts takes minutes; a bench that is stuck ends. In milliseconds. */
const BUILT_WITHIN = 1_200 * SECOND

/** A throw-away installation with the settings that the product runs with, opened as `ops` opens one. */
export interface World extends Omit<Workshop, 'close'> {
  readonly dataDir: string
  /** What another process needs of the environment to work beside this one. */
  readonly environment: Readonly<Record<string, string>>
  /**
   * Keeps read models as the product does beside `ops`, with connections of their own.
   * @param projections default: all
   * @returns them once they show the whole log
   * @throws Error when they are not built in 20 minutes
   */
  readonly readModels: (projections?: readonly Projection[]) => Promise<Projections>
}

/**
 * Does some work in a world of its own, and leaves nothing of it behind however the work ends.
 * @param log where the facts are: in PostgreSQL, or over gRPC in a server that keeps its log in memory
 */
export async function inWorld<T>(
  work: (world: World) => Promise<T>,
  log: 'embedded' | 'over gRPC' = 'embedded',
): Promise<T> {
  const logger = pino({ level: 'error' }, pino.destination(2))
  const closers = new Closers(logger)
  try {
    const dataDir = await newDataDir()
    closers.add('the folder', () => rm(dataDir, { recursive: true, force: true }))
    const remote = log === 'embedded' ? {} : { EVENTSTORE_URL: await grpcServer(closers) }
    const environment = { DATA_DIR: dataDir, ...remote }
    const workshop = await openWorkshop(readConfig(environment), logger)
    closers.add('the installation', () => workshop.close())
    const readModels: World['readModels'] = async (projections) => {
      const pool = createPool(workshop.databaseUrl, { log: logger, max: 12 })
      closers.add('the connections of the read models', () => pool.end())
      const built = createProjections({
        pool,
        connectionString: workshop.databaseUrl,
        log: workshop.log,
        store: workshop.store,
        logger,
        ...(projections === undefined ? {} : { projections }),
      })
      closers.add('the read models', () => built.stop())
      await built.start()
      if (await built.waitFor(await workshop.store.head(), BUILT_WITHIN)) return built
      throw new Error('the read models are not built')
    }
    return await work({ ...workshop, dataDir, environment, readModels })
  } finally {
    await closers.closeAll()
  }
}

/** @returns the address of an event store in a process of its own */
async function grpcServer(closers: Closers): Promise<string> {
  const server = fork(new URL('./esdb.main.ts', import.meta.url))
  closers.add('the event store over gRPC', async () => {
    const gone = once(server, 'exit')
    server.kill()
    await gone
  })
  const [url] = (await once(server, 'message')) as [string]
  return url
}
