import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.ts'
import { SECOND } from '../../kernel/time.ts'
import { findBinaries } from '../../postgres/binaries.ts'
import { assertUsable, createPool, type Pool } from '../../postgres/pool.ts'
import { serverIdentity } from '../../postgres/run-as.ts'
import { urlOfRunning } from '../../postgres/running.ts'
import { quietLogger } from '../logger.ts'
import { counted } from '../table.ts'
import { broken, ok, warning, type Finding } from './finding.ts'
import type { KeysFound } from './keys.ts'

/** Looks at the database where it runs; one that the product would start is looked at from outside. */
export async function examineDatabase(
  config: Config,
  keys: Pick<KeysFound, 'ids'>,
): Promise<readonly Finding[]> {
  const url = config.databaseUrl ?? (await urlOfRunning(config.dataDir))
  if (url === undefined) return [await examineStopped(config.dataDir)]
  const pool = createPool(url, { log: quietLogger, max: 2, applicationName: 'guestguard ops' })
  try {
    await assertUsable(pool, url)
    return [
      ...(await examineServer(pool, config.databaseUrl === null)),
      await examineClock(pool),
      ...(await examineContent(pool, keys)),
    ]
  } finally {
    await pool.end()
  }
}

async function examineStopped(dataDir: string): Promise<Finding> {
  const cluster = path.join(dataDir, 'postgres')
  const identity = await serverIdentity(cluster)
  await findBinaries(identity)
  const version = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version === null) return ok('database', 'none yet; the first start makes it')
  return ok('database', `PostgreSQL ${version.trim()} in ${cluster}, not running: the product is stopped`)
}

/** What a product takes at most, with pools, jobs and listeners. */
const CONNECTIONS = 40

async function examineServer(pool: Pool, embedded: boolean): Promise<Finding[]> {
  const { rows } = await pool.query<{
    version: string
    replica: boolean
    mayCreate: boolean
    room: number
    fsync: string
    synchronousCommit: string
  }>(
    `SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS replica,
            has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
            current_setting('max_connections')::int - (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS room,
            current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS "synchronousCommit"`,
  )
  const [server] = rows
  if (server === undefined) return []
  const findings: Finding[] = []
  if (server.replica) {
    findings.push(
      broken('database', 'it is a replica that cannot be written', 'Set DATABASE_URL to the primary.'),
    )
  }
  if (!server.mayCreate) {
    findings.push(
      broken(
        'database',
        'this role may not create schemas in it',
        'As the owner: GRANT CREATE ON DATABASE … TO …',
      ),
    )
  }
  findings.push(...examineDurability(server))
  if (!embedded && server.room < CONNECTIONS) {
    findings.push(
      warning(
        'database',
        `room for ${counted(server.room, 'more connection')}; a process takes up to ${String(CONNECTIONS)}`,
        'Raise max_connections of PostgreSQL.',
      ),
    )
  }
  return [ok('database', `PostgreSQL ${server.version}, reachable`), ...findings]
}

/** An answer says that what was asked for is on the disk. */
function* examineDurability(server: { readonly fsync: string; readonly synchronousCommit: string }) {
  const off = (setting: string, cause: string, then: string) =>
    warning(
      'database',
      `${setting} is off: ${cause} loses what was answered`,
      `Set ${setting} = on and ${then} PostgreSQL.`,
    )
  if (server.fsync === 'off') yield off('fsync', 'a power cut', 'restart')
  if (server.synchronousCommit === 'off') yield off('synchronous_commit', 'a crash of the server', 'reload')
}

/** Codes, tickets and links end by the clock; a guest has ten minutes for a code. */
const SKEW = SECOND
const TOO_MUCH_SKEW = 30 * SECOND

/** How far the clock of the database is from that of this process. */
export async function examineClock(pool: Pick<Pool, 'query'>): Promise<Finding> {
  const before = Date.now()
  const { rows } = await pool.query<{ ms: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
  )
  const after = Date.now()
  const there = rows[0]?.ms ?? 0
  // Nothing is known about the clock of the database within the time that the question took.
  const skew = there < before ? before - there : Math.max(0, there - after)
  const detail = `${(skew / SECOND).toFixed(1)} s apart from the database`
  const mend = 'Let both machines follow a time server: timedatectl set-ntp true'
  if (skew > TOO_MUCH_SKEW) return broken('clock', detail, mend)
  return skew > SKEW ? warning('clock', detail, mend) : ok('clock', detail)
}

async function examineContent(pool: Pool, { ids }: Pick<KeysFound, 'ids'>): Promise<Finding[]> {
  const { rows: there } = await pool.query<{ made: boolean }>(
    `SELECT to_regclass('vault_canary') IS NOT NULL AND to_regclass('projections.dead_letters') IS NOT NULL AS made`,
  )
  if (there[0]?.made !== true) return [ok('tables', 'none yet; the first start makes them')]
  const findings: Finding[] = []
  const { rows: needed } = await pool.query<{ id: string }>(
    `SELECT master_key_id AS id FROM vault_canary
     UNION SELECT DISTINCT master_key_id FROM vault_keys WHERE master_key_id IS NOT NULL`,
  )
  const missing = needed.map(({ id }) => id).filter((id) => ids !== null && !ids.includes(id))
  if (missing.length > 0) {
    findings.push(
      broken(
        'master key',
        `the database was sealed under ${missing.join(', ')}, which is not here`,
        'Put the right key back into master.key or MASTER_KEY; without it personal data cannot be read.',
      ),
    )
  }
  const { rows: letters } = await pool.query<{ facts: number }>(
    'SELECT count(*)::int AS facts FROM projections.dead_letters',
  )
  const facts = letters[0]?.facts ?? 0
  findings.push(
    facts === 0
      ? ok('read models', 'no fact waits')
      : warning(
          'read models',
          `${counted(facts, 'fact')} wait as dead letters`,
          'See: guestguard projections dead-letters all',
        ),
  )
  return findings
}
