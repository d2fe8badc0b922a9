/**
 * Rebuilds all projections of the installation that the environment names, as `guestguard projections rebuild all` does,
 * and says how long it took and how much memory it had. A process of its own: what made the history is not counted.
 */
import { pino } from 'pino'
import { openWorkshop } from '../src/cli/workshop.ts'
import { readConfig } from '../src/config.ts'
import { createOperations } from '../src/projections/operations.ts'
import { silentLog } from '../test/support/log.ts'

export interface Rebuilt {
  readonly facts: number
  readonly ms: number
  /** The most that the process had of memory, in MB. */
  readonly mostMb: number
}

const workshop = await openWorkshop(readConfig(process.env), pino({ level: 'error' }, pino.destination(2)))
const { pool, log, store } = workshop
const operations = createOperations({ pool, facts: log, store, log: silentLog })
const start = performance.now()
const built = await operations.rebuild(operations.names)
const ms = performance.now() - start
await workshop.close()
const failed = built.find(({ error }) => error !== null)
if (failed !== undefined) throw new Error(failed.error ?? '')
// maxRSS is in KB, on every system.
const mostMb = Math.round(process.resourceUsage().maxRSS / 1024)
process.send?.({ facts: built[0]?.facts ?? 0, ms, mostMb } satisfies Rebuilt)
