import { setTimeout as sleep } from 'node:timers/promises'
import type { Decoded, Log as FactLog } from '../eventstore/log.ts'
import { BEGINNING, type EventStore, type Position, type SubscriptionMessage } from '../eventstore/port.ts'
import { supervise } from '../eventstore/subscription.ts'
import type { Fact } from '../events/registry.ts'
import { SECOND, type Clock } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import { withTransaction, type Pool } from '../postgres/pool.ts'
import { advanceCheckpoints, readCheckpoints, type Checkpoints } from './checkpoints.ts'
import type { Jobs } from './jobs.ts'
import type { JobRequest } from './queues.ts'
import { jobIdOf, type ProcessManager } from './reactions.ts'
import { whileSingleHolder } from './single-holder.ts'

/** Milliseconds between two writes of checkpoints when nothing follows from what was read. */
const IDLE_CHECKPOINT = 5 * SECOND

/**
 * Milliseconds after a batch before the next one is asked for: what comes meanwhile is one batch. Nothing that follows from
 * facts is in a hurry, and a batch has its fixed cost, which a rush of openings would pay for each append.
 */
const GATHERING = 25

export interface RunnerOptions {
  readonly store: Pick<EventStore, 'subscribe'>
  readonly factLog: Pick<FactLog, 'decode'>
  readonly pool: Pool
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly managers: readonly ProcessManager[]
  readonly clock: Clock
  readonly log: Log
}

export interface RunnerStatus {
  /** Whether this process is the one that reads the log for the process managers. */
  readonly holder: boolean
  /** How far it has read; `BEGINNING` while another process is the holder. */
  readonly position: Position
  /** Whether it has reached the live end since it became the holder. */
  readonly caughtUp: boolean
}

export interface Runner {
  start(): void
  /** Finishes the batch under way. */
  stop(): Promise<void>
  status(): RunnerStatus
}

/**
 * Reads the log for all process managers with one subscription, in one process at a time. What follows from a batch and
 * how far the log was read are one transaction: a crash between them is impossible, and jobs have derived ids besides.
 */
export function createRunner(options: RunnerOptions): Runner {
  return new LogRunner(options)
}

const IDLE: RunnerStatus = { holder: false, position: BEGINNING, caughtUp: false }

class LogRunner implements Runner {
  readonly #options: RunnerOptions
  readonly #names: readonly string[]
  readonly #stopping = new AbortController()
  #checkpoints: Checkpoints = new Map()
  #status = IDLE
  #writtenAt = 0
  #running: Promise<void> | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#names = options.managers.map(({ name }) => name)
  }

  start(): void {
    const { pool, log } = this.#options
    this.#running ??= whileSingleHolder({
      name: 'guestguard processes',
      pool,
      log,
      signal: this.#stopping.signal,
      work: (signal) => this.#follow(signal),
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  status(): RunnerStatus {
    return this.#status
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { store, managers, log } = this.#options
    this.#status = { ...IDLE, holder: true }
    await supervise({
      store,
      log,
      signal,
      filter: { typePrefixes: managers.flatMap(({ handles }) => handles) },
      after: () => this.#after(),
      apply: (batch) => this.#apply(batch),
    })
    this.#status = IDLE
  }

  async #after(): Promise<Position> {
    this.#checkpoints = await readCheckpoints(this.#options.pool, this.#names)
    const [first = BEGINNING] = [...this.#checkpoints.values()].sort((a, b) => (a < b ? -1 : 1))
    this.#status = { ...this.#status, position: first }
    return first
  }

  async #apply(batch: readonly SubscriptionMessage[]): Promise<void> {
    const { pool, jobs, clock } = this.#options
    const position = positionOf(batch.at(-1))
    if (position === null) return
    const requests = await requestsFrom(this.#options, this.#checkpoints, batch)
    const now = clock.now()
    if (requests.length > 0 || now - this.#writtenAt >= IDLE_CHECKPOINT) {
      await withTransaction(pool, async (client) => {
        await jobs.enqueue(client, requests)
        await advanceCheckpoints(client, this.#names, position)
      })
      this.#writtenAt = now
    }
    const caughtUp = this.#status.caughtUp || batch.some(({ kind }) => kind === 'caught_up')
    this.#status = { holder: true, position, caughtUp }
    await sleep(GATHERING)
  }
}

function positionOf(message: SubscriptionMessage | undefined): Position | null {
  if (message === undefined) return null
  return message.kind === 'fact' ? message.record.position : message.position
}

async function requestsFrom(
  { factLog, managers, clock, log }: RunnerOptions,
  checkpoints: Checkpoints,
  batch: readonly SubscriptionMessage[],
): Promise<JobRequest[]> {
  const records = batch.flatMap((message) => (message.kind === 'fact' ? [message.record] : []))
  const decoded = await factLog.decode(records)
  return decoded.flatMap((one) => {
    if (!one.ok) return [undecodable(one, log)]
    return managers
      .filter(({ name }) => one.fact.position > (checkpoints.get(name) ?? BEGINNING))
      .flatMap((manager) => reactionsOf(manager, one.fact, clock.now()))
  })
}

/** @returns the jobs that follow from a fact for one process manager */
export function reactionsOf(
  { handles, react }: ProcessManager,
  fact: Fact,
  now: number,
): readonly JobRequest[] {
  return handles.includes(fact.type) ? react(fact, now) : []
}

/** A fact that cannot be read does not stop those after it; it becomes a job of its own, tried again for hours. */
function undecodable({ record, error }: Extract<Decoded, { ok: false }>, log: Log): JobRequest {
  log.error(
    { stream: record.stream, revision: record.revision, error: error.message },
    'a fact cannot be read',
  )
  const { id: factId, stream, revision } = record
  return {
    queue: 'undecodable-fact',
    id: jobIdOf('processes', factId, 'undecodable-fact'),
    data: { factId, stream, revision },
  }
}
