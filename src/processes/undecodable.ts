import type { Log as FactLog } from '../eventstore/log.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { Clock } from '../kernel/time.ts'
import type { Pool } from '../postgres/pool.ts'
import type { JobHandler, Jobs } from './jobs.ts'
import type { ProcessManager } from './reactions.ts'
import { reactionsOf } from './runner.ts'

export interface UndecodableOptions {
  readonly store: Pick<EventStore, 'readStream'>
  readonly factLog: Pick<FactLog, 'decode'>
  readonly pool: Pool
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly managers: readonly ProcessManager[]
  readonly clock: Clock
}

/** Reads a fact again that could not be read, and lets follow from it what should have followed then. */
export function undecodableHandler(options: UndecodableOptions): JobHandler<'undecodable-fact'> {
  const { store, factLog, pool, jobs, managers, clock } = options
  return async ({ data: { stream, revision } }) => {
    // Alone: one that comes later in the stream, and cannot be read either, has a job of its own.
    const slice = await store.readStream(stream, { from: revision, limit: 1 })
    const [one] = slice.exists ? await factLog.decode(slice.records) : []
    if (one === undefined) return
    if (!one.ok) throw one.error
    const requests = managers.flatMap((manager) => reactionsOf(manager, one.fact, clock.now()))
    await jobs.enqueue(pool, requests)
  }
}
