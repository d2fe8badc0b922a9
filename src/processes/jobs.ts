import { PgBoss, systemClock, type Db as BossDb, type JobResult, type JobWithMetadata } from 'pg-boss'
import { z } from 'zod'
import { withCorrelation } from '../kernel/correlation.ts'
import { DAY, HOUR, SECOND } from '../kernel/time.ts'
import { DeliveryFailed } from '../notify/message.ts'
import type { Log } from '../postgres/log.ts'
import type { Db } from '../postgres/pool.ts'
import { withoutAddresses } from './redact.ts'
import {
  DEAD_LETTERS,
  JOB_MEMORY,
  queues,
  type JobData,
  type JobRequest,
  type QueueName,
  type QueueSpec,
} from './queues.ts'

export interface JobsOptions {
  /** Of the database that the checkpoints are in: jobs and checkpoint are written in one transaction. */
  readonly databaseUrl: string
  readonly log: Log
  /**
   * Seconds between two looks into a queue, default 10. New jobs do not wait for it (NOTIFY wakes the workers when the
   * transaction commits); retries and jobs of a lost process do.
   */
  readonly pollSeconds?: number
  /** The same while LISTEN does not work, as behind PgBouncer, and polling is all there is; default 2. */
  readonly pollSecondsWithoutListen?: number
  /** Seconds between two looks for jobs whose process was lost, default 20. */
  readonly superviseSeconds?: number
  /** Stands around each try of a job. */
  readonly around?: JobAround
}

/** Measures a try of a job: does the work and lets its error through. */
export type JobAround = (
  job: {
    readonly queue: QueueName
    /** The fact it follows from; null for a job that follows from none that can be read. */
    readonly factId: string | null
    readonly correlationId: string
  },
  work: () => Promise<void>,
) => Promise<void>

export interface JobRun<Q extends QueueName> {
  readonly id: string
  readonly data: JobData<Q>
  /** In a queue of jobs that were given up: why, as the last try said it; null when that try never ended. */
  readonly reason: string | null
}

export type JobHandler<Q extends QueueName> = (run: JobRun<Q>) => Promise<void>

export interface QueueCounts {
  readonly queue: QueueName
  /** Waiting for a worker or for their next try. */
  readonly queued: number
  readonly active: number
  /** Given up. */
  readonly failed: number
}

/**
 * Durable jobs with retries, on pg-boss. A handler that throws is called again, later each time, unless what it throws
 * is a permanent `DeliveryFailed`. Each job is done at least once, so a handler asks the log first what is done already.
 */
export interface Jobs {
  /** Makes the tables and queues; several processes may do so at once. */
  start(): Promise<void>
  /** Puts jobs in; with a client inside a transaction they exist when, and only when, it commits. */
  enqueue(db: Db, requests: readonly JobRequest[]): Promise<void>
  /** Begins to work on a queue, and goes on until `stop`. */
  work<Q extends QueueName>(queue: Q, handler: JobHandler<Q>): Promise<void>
  /** As of the last look of the supervisor, `superviseSeconds` ago at most. */
  counts(): Promise<QueueCounts[]>
  /** Puts dead letters back into the queues they came from. @returns how many */
  redrive(): Promise<number>
  /** Takes no new job, waits for those under way (20 s), and closes the connections. */
  stop(): Promise<void>
}

/** A worker that says nothing for this long, in seconds, is taken for lost, and its job begins again elsewhere. */
const HEARTBEAT = 20
const DRAIN = 20 * SECOND

const all = Object.entries(queues) as [QueueName, QueueSpec][]

/** Runs pg-boss statements where the caller's transaction is. */
const inTransaction = (db: Db): BossDb => ({
  executeSql: async (text, values) => {
    const { rows } = await db.query<Record<string, unknown>>(text, values)
    return { rows }
  },
})

/**
 * Time that passes as it does, whatever the wall clock is set to. pg-boss 12 waits until the wall clock says that an
 * interval is over: set back by an hour, it would poll and look after lost jobs an hour late.
 */
const steadyClock = { ...systemClock, now: () => performance.timeOrigin + performance.now() }

/**
 * How long an answer about jobs is waited for, in milliseconds. Most take some; making the tables anew for another release
 * of pg-boss takes a second or two, since jobs are not kept for long. Without it four connections that go silent end all
 * sending, for as long as TCP waits.
 */
const ANSWER_WITHIN = 15 * SECOND

function createBoss({ databaseUrl, log, superviseSeconds = 20 }: JobsOptions): PgBoss {
  // pg-boss hands on what it does not know itself.
  const connections = {
    connectionString: databaseUrl,
    application_name: 'guestguard jobs',
    max: 4,
    query_timeout: ANSWER_WITHIN,
  }
  const boss = new PgBoss({
    ...connections,
    clock: steadyClock,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    // Job flows are not used; the default looks for them every 5 s.
    flowIntervalSeconds: HOUR / SECOND,
  })
  boss.on('error', (error) => {
    log.error({ error: withoutAddresses(error.message) }, 'the job queue has a fault')
  })
  boss.on('warning', ({ message }) => {
    log.warn({ warning: message }, 'the job queue warns')
  })
  return boss
}

export function createJobs(options: JobsOptions): Jobs {
  return new BossJobs(options)
}

class BossJobs implements Jobs {
  readonly #boss: PgBoss
  readonly #log: Log
  readonly #around: JobAround
  readonly #polling: {
    readonly pollingIntervalSeconds: number
    readonly notifyPollingIntervalSeconds: number
  }

  constructor(options: JobsOptions) {
    this.#boss = createBoss(options)
    this.#log = options.log
    this.#around = options.around ?? ((_job, work) => work())
    const { pollSeconds = 10, pollSecondsWithoutListen = Math.min(2, pollSeconds) } = options
    this.#polling = {
      pollingIntervalSeconds: pollSecondsWithoutListen,
      notifyPollingIntervalSeconds: pollSeconds,
    }
  }

  async start(): Promise<void> {
    await this.#boss.start()
    for (const [name, spec] of all) await ensureQueue(this.#boss, name, spec)
  }

  async enqueue(db: Db, requests: readonly JobRequest[]): Promise<void> {
    for (const [queue, ofQueue] of Map.groupBy(requests, (request) => request.queue)) {
      const jobs = ofQueue.map(({ id, data }) => ({ id, data }))
      await this.#boss.insert(queue, jobs, { db: inTransaction(db) })
    }
  }

  async work<Q extends QueueName>(queue: Q, handler: JobHandler<Q>): Promise<void> {
    const options = {
      // A batch is one look into the queue; a full one is followed by the next at once.
      batchSize: Math.max(2, queues[queue].concurrency),
      burstWhenBatchFull: true,
      perJobResults: true,
      includeMetadata: true,
      ...this.#polling,
    } as const
    await this.#boss.work<unknown, unknown, typeof options>(queue, options, (jobs) =>
      Promise.all(jobs.map((job) => this.#run(queue, job, handler))),
    )
  }

  async counts(): Promise<QueueCounts[]> {
    const found = await this.#boss.getQueues(all.map(([name]) => name))
    return found.map(({ name, queuedCount, activeCount, failedCount }) => ({
      queue: name as QueueName,
      queued: queuedCount,
      active: activeCount,
      failed: failedCount,
    }))
  }

  redrive(): Promise<number> {
    return this.#boss.redrive(DEAD_LETTERS)
  }

  stop(): Promise<void> {
    return this.#boss.stop({ graceful: true, timeout: DRAIN })
  }

  #run<Q extends QueueName>(
    queue: Q,
    job: JobWithMetadata<unknown>,
    handler: JobHandler<Q>,
  ): Promise<JobResult> {
    const { factId = null, correlationId = job.id } = causeOf(job.data)
    return withCorrelation(correlationId, async (): Promise<JobResult> => {
      try {
        await this.#around({ queue, factId, correlationId }, async () => {
          const data = queues[queue].data.parse(job.data) as JobData<Q>
          await handler({ id: job.id, data, reason: reasonOf(job.sourceOutput) })
        })
        return { id: job.id, status: 'completed' }
      } catch (error) {
        // The output lies in the database in clear, and mail servers like to repeat the address in their answers.
        const reason = withoutAddresses(error instanceof Error ? error.message : String(error))
        const triesLeft = job.retryLimit - job.retryCount
        this.#log.warn({ queue, jobId: job.id, triesLeft, reason }, 'a job failed')
        const hopeless = error instanceof DeliveryFailed && error.permanent
        return { id: job.id, status: hopeless ? 'deadletter' : 'failed', output: { reason } }
      }
    })
  }
}

async function ensureQueue(boss: PgBoss, name: QueueName, spec: QueueSpec): Promise<void> {
  const options = {
    retryLimit: spec.retries,
    retryDelay: spec.firstDelay,
    retryBackoff: true,
    retryDelayMax: spec.longestDelay,
    expireInSeconds: spec.timeout,
    heartbeatSeconds: HEARTBEAT,
    deleteAfterSeconds: JOB_MEMORY / SECOND,
    retentionSeconds: (30 * DAY) / SECOND,
    notify: true,
    ...(spec.deadLetter === null ? {} : { deadLetter: spec.deadLetter }),
  }
  await boss.createQueue(name, options)
  // A queue of an older release is there already, with the numbers of that release.
  await boss.updateQueue(name, options)
}

const causeSchema = z.object({ factId: z.string().optional(), correlationId: z.string().optional() })

/** @returns what the job follows from, as far as it says so */
function causeOf(data: unknown): { factId?: string | undefined; correlationId?: string | undefined } {
  return causeSchema.safeParse(data).data ?? {}
}

function reasonOf(output: object | null): string | null {
  return output !== null && 'reason' in output && typeof output.reason === 'string' ? output.reason : null
}
