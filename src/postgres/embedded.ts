import { mkdir, realpath } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findBinaries } from './binaries.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { lockFolder } from './folder-lock.ts'
import { freePort } from './free-port.ts'
import type { Log } from './log.ts'
import { stopOrphan } from './postmaster-file.ts'
import { serverIdentity } from './run-as.ts'
import { launchServer, type LaunchOptions, type ServerProcess } from './server-process.ts'
import { supervise } from './supervisor.ts'

export interface EmbeddedPostgres {
  /** Connection URL of the database `guestguard`; stays the same while this process lives. */
  readonly url: string
  /** Fast shutdown of the server, then the folder is free. Call it after every pool has ended; again does nothing. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** Folder of this installation; created with mode 0700. The cluster is `<dataDir>/postgres`. */
  readonly dataDir: string
  readonly log: Log
  /** Overrides of server settings; the tests turn durability off with it. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * For one machine that also runs the application. Durability settings are PostgreSQL's defaults, spelled out because
 * the promise that nothing is lost rests on them.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  // The application's pools, pg-boss, LISTEN connections and an operator's psql together use about 40.
  max_connections: '60',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  // Solid state disks: a random page costs about the same as the next one.
  random_page_cost: '1.1',
  max_wal_size: '1GB',
  wal_compression: 'on',
  // Filling a new WAL segment with zeros holds up every commit for tens of ms, each 16 MB of a young installation. The p99
  // of openings at 500/s, as `npm run bench -- openings` prints it, was 36 to 384 ms in six turns with it and 23 to 84 ms in
  // six without, beside other work. Nothing that was committed depends on it.
  wal_init_zero: 'off',
  // Queries here run for milliseconds; compiling one takes longer than that.
  jit: 'off',
  timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  // Above ERROR: the text of a failed statement and its constraint detail can hold names and addresses.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

/**
 * Starts the PostgreSQL server that comes with the product, and keeps it running until `stop`.
 *
 * It creates the cluster on first use, refuses a folder that another process holds, stops a server left by a killed
 * process, and starts the server again when it ends unexpectedly.
 *
 * @throws FolderInUse when another process holds the folder
 * @throws Error with one sentence when it cannot run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  const dataDir = await realpath(options.dataDir)
  const lock = await lockFolder(dataDir)
  try {
    const identity = await serverIdentity(`${dataDir}/postgres`)
    const binaries = await findBinaries(identity)
    const cluster = await openCluster(dataDir, binaries, identity)
    await stopOrphan(cluster.dir, options.log)
    const settings = { ...SETTINGS, ...options.settings }
    const first = await launchFirst({ binaries, cluster, settings, log: options.log })
    const supervisor = supervise(first.server, first.launch)
    await ensureDatabase(cluster, first.launch.port).catch(async (error: unknown) => {
      await supervisor.stop()
      throw error
    })
    let stopped: Promise<void> | undefined
    return {
      url: urlOf('guestguard', cluster.password, first.launch.port, 'guestguard'),
      stop: () => (stopped ??= supervisor.stop().finally(lock.release)),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function urlOf(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${String(port)}/${database}`
}

/** A port can be taken between the look and the start, and backends of a killed server need a moment to end. */
const FIRST_START_TRIES = 8

async function launchFirst(
  options: Omit<LaunchOptions, 'port'>,
): Promise<{ server: ServerProcess; launch: LaunchOptions }> {
  for (let attempt = 1; ; attempt++) {
    const launch = { ...options, port: await freePort() }
    try {
      return { server: await launchServer(launch), launch }
    } catch (error) {
      if (attempt === FIRST_START_TRIES) throw error
      await sleep(attempt * 100)
    }
  }
}

/** The application's role is no superuser: a hole in it must not become a shell through COPY … PROGRAM. */
async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres', cluster.password, port, 'postgres') })
  await client.connect()
  try {
    const role = await client.query(`SELECT 1 FROM pg_roles WHERE rolname = 'guestguard'`)
    if (role.rowCount === 0) {
      await client.query(
        `CREATE ROLE guestguard LOGIN CREATEDB PASSWORD ${client.escapeLiteral(cluster.password)}`,
      )
    }
    const database = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'guestguard'`)
    if (database.rowCount === 0) await client.query(`CREATE DATABASE guestguard OWNER guestguard`)
  } finally {
    await client.end()
  }
}
