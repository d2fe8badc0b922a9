import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { NewFact } from '../src/events/registry.ts'
import type { Log } from '../src/eventstore/log.ts'
import { SECOND } from '../src/kernel/time.ts'
import type { Pool } from '../src/postgres/pool.ts'
import type { Projections } from '../src/projections/create.ts'
import type { Projection } from '../src/projections/projection.ts'
import { projections as all } from '../src/projections/registry.ts'
import { guestSteps } from '../test/support/facts.ts'
import { bareRate } from './bare-rebuild.ts'
import { fill } from './history.ts'
import { table } from './report.ts'
import { inWorld } from './world.ts'

/**
 * Measures rebuilds against the least that could be done (read the log in keyset pages, write the finished rows with
 * multi-row statements), and how soon an opening is visible at 1,000 openings/s; on a throw-away PostgreSQL with the
 * settings that the product runs with.
 * @param args `--facts <n>` length of the log, default 100,000; `--seconds <n>` of the live part, default 10
 */
export async function run(args: string[]): Promise<void> {
  const options = {
    facts: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
  } as const
  const { values } = parseArgs({ args, options })
  await inWorld(async ({ pool, log, readModels }) => {
    await fill(log, Number(values.facts))
    const projections = await readModels()
    await pool.query('ANALYZE')
    const rebuilds = []
    for (const projection of all) rebuilds.push(await measureRebuild(pool, log, projections, projection))
    table('Rebuilds beside a bare read and write of the same rows', rebuilds)
    table('From an append to the read models', [
      await measureLive(log, projections, 1_000, Number(values.seconds)),
    ])
  })
}

async function measureRebuild(pool: Pool, log: Log, projections: Projections, projection: Projection) {
  const bare = await bareRate(pool, log, [projection])
  const start = performance.now()
  const { facts } = await projections.rebuild(projection.name)
  const rate = (facts / (performance.now() - start)) * SECOND
  await projections.dropOld(projection.name)
  return {
    projection: projection.name,
    facts,
    'bare facts/s': Math.round(bare),
    'rebuild facts/s': Math.round(rate),
    'of bare': `${String(Math.round((rate / bare) * 100))} %`,
  }
}

/** Appends openings at a steady rate and waits for each to be visible. */
async function measureLive(log: Log, projections: Projections, perSecond: number, seconds: number) {
  const latencies: number[] = []
  const waiting: Promise<void>[] = []
  const cpu = process.cpuUsage()
  const start = performance.now()
  const total = perSecond * seconds
  for (let n = 0; n < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) / SECOND) * perSecond))
    for (; n < due; n++) waiting.push(open(log, projections, n, latencies))
    await sleep(1)
  }
  await Promise.all(waiting)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)
  return {
    'openings/s': Math.round((total / ms) * SECOND),
    'visible after, p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'max ms': at(0.999_999),
    // Of one core, of this process with appending and sealing; the database comes on top.
    'cpu %': Math.round((user + system) / 10 / ms),
  }
}

async function open(log: Log, projections: Projections, n: number, latencies: number[]): Promise<void> {
  const guest = guestSteps(n % 4, n % 2_000)
  const facts: NewFact[] = [guest.attempted(1_000_000 + n).fact, guest.scored(1_000_000 + n).fact]
  const { stream } = guest.attempted()
  const commandId = crypto.randomUUID()
  const context = { commandId, actor: 'system:bench' as const, at: Date.now(), correlationId: commandId }
  const { position } = await log.append(stream, 'any', [{ facts, context }])
  const appended = performance.now()
  await projections.waitFor(position, 60 * SECOND)
  latencies.push(performance.now() - appended)
}
