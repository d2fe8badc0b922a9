import type { Decoded, Log as FactLog } from '../eventstore/log.ts'
import { BEGINNING, type EventStore, type Position, type SubscriptionMessage } from '../eventstore/port.ts'
import { supervise } from '../eventstore/subscription.ts'
import type { Fact } from '../events/registry.ts'
import type { Clock } from '../kernel/time.ts'
import { SECOND } from '../kernel/time.ts'
import type { Log } from '../postgres/log.ts'
import { withTransaction, type Pool } from '../postgres/pool.ts'
import { advanceCheckpoints, readCheckpoints, type Checkpoints } from './checkpoints.ts'
import type { Jobs } from './jobs.ts'
import type { JobRequest } from './queues.ts'
import { jobIdOf, type ProcessManager } from './reactions.ts'
import { whileSingleHolder } from './single-holder.ts'

/** Milliseconds between two writes of checkpoints when nothing follows from what was read. */
const IDLE_CHECKPOINT = 5 * SECOND

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
  const { store, pool, managers, log } = options
  const names = managers.map(({ name }) => name)
  const stopping = new AbortController()
  const typePrefixes = managers.flatMap(({ handles }) => handles)
  let checkpoints: Checkpoints = new Map()
  let status: RunnerStatus = { holder: false, position: BEGINNING, caughtUp: false }
  let written = 0
  let running: Promise<void> | undefined

  async function apply(batch: readonly SubscriptionMessage[]): Promise<void> {
    const position = positionOf(batch.at(-1))
    if (position === null) return
    const requests = await requestsFrom(options, checkpoints, batch)
    const now = options.clock.now()
    if (requests.length > 0 || now - written >= IDLE_CHECKPOINT) {
      await withTransaction(pool, async (client) => {
        await options.jobs.enqueue(client, requests)
        await advanceCheckpoints(client, names, position)
      })
      written = now
    }
    const caughtUp = status.caughtUp || batch.some(({ kind }) => kind === 'caught_up')
    status = { holder: true, position, caughtUp }
  }

  async function after(): Promise<Position> {
    checkpoints = await readCheckpoints(pool, names)
    const [first = BEGINNING] = [...checkpoints.values()].sort((a, b) => (a < b ? -1 : 1))
    status = { ...status, position: first }
    return first
  }

  async function work(signal: AbortSignal): Promise<void> {
    status = { holder: true, position: BEGINNING, caughtUp: false }
    await supervise({ store, after, filter: { typePrefixes }, apply, signal, log })
    status = { holder: false, position: BEGINNING, caughtUp: false }
  }

  return {
    start() {
      running ??= whileSingleHolder({
        name: 'guestguard processes',
        pool,
        log,
        signal: stopping.signal,
        work,
      })
    },
    async stop() {
      stopping.abort()
      await running
    },
    status: () => status,
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
