import type { Log as FactLog } from '../eventstore/log.ts'
import type { Clock } from '../kernel/time.ts'
import type { Pool } from '../postgres/pool.ts'
import type { JobHandler, Jobs } from './jobs.ts'
import type { ProcessManager } from './reactions.ts'
import { reactionsOf } from './runner.ts'

export interface UndecodableOptions {
  readonly factLog: Pick<FactLog, 'read'>
  readonly pool: Pool
  readonly jobs: Pick<Jobs, 'enqueue'>
  readonly managers: readonly ProcessManager[]
  readonly clock: Clock
}

/** Reads a fact again that could not be read, and lets follow from it what should have followed then. */
export function undecodableHandler(options: UndecodableOptions): JobHandler<'undecodable-fact'> {
  const { factLog, pool, jobs, managers, clock } = options
  return async ({ data }) => {
    const { facts } = await factLog.read(data.stream, data.revision)
    const [fact] = facts
    if (fact === undefined) return
    const requests = managers.flatMap((manager) => reactionsOf(manager, fact, clock.now()))
    await jobs.enqueue(pool, requests)
  }
}
