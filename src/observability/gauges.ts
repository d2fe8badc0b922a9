import { SECOND } from '../kernel/time.ts'
import type { Processes } from '../processes/create.ts'
import type { Projections } from '../projections/create.ts'
import type { Meters } from './meters.ts'

/** What is looked at when somebody scrapes, and only then. */
export interface Watched {
  readonly projections: Pick<Projections, 'status' | 'rate'>
  /** Null where no jobs are worked on. */
  readonly processes: Pick<Processes, 'status'> | null
  readonly liveClients: () => number
}

/** How long a scrape waits for a part, in milliseconds; Prometheus itself gives up after 10 s by default. */
const PATIENCE = 3 * SECOND

async function withinPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, PATIENCE, new Error('it did not answer in time'))
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function readProjections(meters: Meters, projections: Watched['projections']): Promise<void> {
  const all = await projections.status()
  const rate = projections.rate()
  for (const { name: projection, state, lag, writer, deadLetters, rebuild } of all) {
    meters.lagFacts.set({ projection }, lag.facts)
    meters.lagSeconds.set({ projection }, lag.seconds)
    // One reader feeds all projections of a process, so each of them advances at its rate.
    meters.factRate.set({ projection }, writer ? rate : 0)
    meters.rebuildRate.set({ projection }, rebuild?.factsPerSecond ?? 0)
    meters.writer.set({ projection }, writer ? 1 : 0)
    meters.active.set({ projection }, state === 'active' ? 1 : 0)
    meters.parked.set({ projection }, deadLetters.facts)
  }
}

async function readProcesses(meters: Meters, processes: Pick<Processes, 'status'>): Promise<void> {
  const { holder, caughtUp, queues } = await processes.status()
  meters.processHolder.set(holder ? 1 : 0)
  if (holder) meters.processCaughtUp.set(caughtUp ? 1 : 0)
  for (const { queue, queued, active, failed } of queues) {
    if (queue === 'dead-letters') {
      meters.deadJobs.set(queued)
      continue
    }
    meters.jobs.set({ queue, state: 'queued' }, queued)
    meters.jobs.set({ queue, state: 'active' }, active)
    meters.jobs.set({ queue, state: 'failed' }, failed)
  }
}

/** Old values would look like good ones: a part that cannot be asked shows none. */
function forget(meters: Meters, part: 'projections' | 'jobs'): void {
  const { jobs, deadJobs, processHolder, processCaughtUp } = meters
  const { lagFacts, lagSeconds, factRate, rebuildRate, writer, active, parked } = meters
  const gauges = {
    jobs: [jobs, deadJobs, processHolder, processCaughtUp],
    projections: [lagFacts, lagSeconds, factRate, rebuildRate, writer, active, parked],
  }
  for (const gauge of gauges[part]) {
    gauge.reset()
    // A gauge without labels is 0 after a reset, which would be a claim.
    gauge.remove({})
  }
}

/** Reads the gauges; a part that fails or is slow costs only its own. */
export async function readGauges(meters: Meters, watched: Watched): Promise<void> {
  const { projections, processes, liveClients } = watched
  meters.liveClients.set(liveClients())
  const look = async (part: 'projections' | 'jobs', read: () => Promise<void>) => {
    forget(meters, part)
    await withinPatience(read()).catch(() => {
      forget(meters, part)
      meters.scrapeFailures.inc({ part })
    })
  }
  await Promise.all([
    look('projections', () => readProjections(meters, projections)),
    processes === null ? undefined : look('jobs', () => readProcesses(meters, processes)),
  ])
}
