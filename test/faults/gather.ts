import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { urlOfRunning } from '../../src/postgres/running.ts'
import { dumpReadModels, openInstallation, rebuildAll } from '../durability/installation.ts'
import type { ServerLog } from '../support/esdb-server/server-log.ts'
import { silentLog } from '../support/log.ts'
import type { Evidence, FactData, LogRecord, OutboxMessage, Row } from './evidence.ts'
import type { Stage } from './stage.ts'

/** What can be looked at while the product runs. */
export type Glimpse = Pick<Evidence, 'log' | 'messages' | 'openJobs'>

interface Metadata {
  readonly $correlationId: string
  readonly $causationId: string
  readonly at: string
}

interface RawRecord {
  readonly position: string | bigint
  readonly stream: string
  readonly revision: number | bigint
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
}

function recordOf({ position, revision, data, metadata, ...raw }: RawRecord): LogRecord {
  const { $correlationId: correlation, $causationId: causation, at } = JSON.parse(metadata) as Metadata
  return {
    ...raw,
    position: BigInt(position),
    revision: Number(revision),
    data: JSON.parse(data) as FactData,
    correlation,
    causation,
    at,
  }
}

/** The log as it lies in the tables, read without the product. */
async function embeddedLog(pool: Pool): Promise<LogRecord[]> {
  const { rows } = await pool.query<RawRecord>(
    'SELECT position, stream, revision, id, type, data, metadata FROM eventstore.events ORDER BY position',
  )
  return rows.map(recordOf)
}

/** The log as the server holds it, without its own records and links. */
function serverLog({ records }: ServerLog): LogRecord[] {
  return records
    .filter(({ stream, target }) => !stream.startsWith('$') && target === undefined)
    .map(({ data, metadata, ...record }) =>
      recordOf({ ...record, data: Buffer.from(data).toString(), metadata: Buffer.from(metadata).toString() }),
    )
}

/** Only whole messages: a file that begins with a dot is half of one. */
async function outboxOf(dataDir: string): Promise<OutboxMessage[]> {
  const folder = path.join(dataDir, 'outbox')
  const files = await readdir(folder).catch(() => [])
  const whole = files.filter((file) => !file.startsWith('.'))
  return Promise.all(
    whole.map(async (file) => {
      const text = await readFile(path.join(folder, file), 'utf8')
      const head = text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
      const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1] ?? ''
      return {
        file,
        id: /<([^@>]+)@/.exec(header('Message-ID'))?.[1] ?? '',
        to: /([^\s<>]+@[^\s<>]+)>?\s*$/.exec(header('To'))?.[1] ?? '',
        correlation: header('X-Correlation-Id').trim(),
      }
    }),
  )
}

const OPEN_JOBS = `
  SELECT name AS queue, state::text AS state, id::text AS id FROM pgboss.job
  WHERE name NOT LIKE '\\_\\_pgboss%' AND state NOT IN ('completed', 'cancelled')
    -- Given up and handed on: where it went to is another job.
    AND NOT (state = 'failed' AND dead_letter IS NOT NULL)`

/** Looks at a running installation from outside. */
export async function openGlimpse(stage: Stage) {
  const url = await urlOfRunning(stage.databaseDir)
  if (url === undefined) throw new Error('the database does not run')
  const pool = createPool(url, { log: silentLog, max: 1 })
  return {
    async look(): Promise<Glimpse> {
      const { rows: openJobs } = await pool.query<Evidence['openJobs'][number]>(OPEN_JOBS)
      const messages = await outboxOf(stage.dataDir)
      return { log: await logOf(stage, pool), messages, openJobs }
    },
    /** Sets the next try of every job to now, and takes jobs of processes that were killed for lost. */
    async hurry(): Promise<void> {
      await pool.query(
        `UPDATE pgboss.job SET start_after = now() WHERE state < 'active' AND start_after > now()`,
      )
      await pool.query(
        `UPDATE pgboss.job SET state = 'retry', start_after = now()
         WHERE state = 'active' AND heartbeat_on < now() - interval '15 s'`,
      )
    },
    close: () => pool.end(),
  }
}

const logOf = (stage: Stage, pool: Pool) =>
  stage.eventStore === null ? embeddedLog(pool) : Promise.resolve(serverLog(stage.eventStore.server.log))

/** Opens an installation that was stopped and takes down everything that is in it; also builds its read models anew. */
export async function gather(
  stage: Stage,
  told: Pick<Evidence, 'exchanges' | 'faults' | 'openJobs'>,
): Promise<Evidence> {
  const server = stage.eventStore?.server
  const installation = await openInstallation(stage.dataDir, {
    databaseDir: stage.databaseDir,
    env: server === undefined ? {} : { EVENTSTORE_URL: server.url },
  })
  try {
    const kept = await dumpReadModels(installation)
    const states = await installation.product.projections.status()
    await rebuildAll(installation)
    const rebuilt = await dumpReadModels(installation)
    return {
      ...told,
      store: server === undefined ? 'embedded' : 'eventstoredb',
      log: await logOf(stage, installation.pool),
      kept: kept as Record<string, readonly Row[]>,
      rebuilt: rebuilt as Record<string, readonly Row[]>,
      messages: await outboxOf(stage.dataDir),
      deadLetters: states.reduce((sum, { deadLetters }) => sum + deadLetters.facts, 0),
    }
  } finally {
    await installation.close()
  }
}
