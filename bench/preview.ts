import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { createCommandHandler } from '../src/commands/handle.ts'
import { hostStream } from '../src/events/streams.ts'
import type { Log } from '../src/eventstore/log.ts'
import { installAccess } from '../src/http/access.ts'
import type { AppDeps } from '../src/http/deps.ts'
import { previewRoutes } from '../src/http/routes/preview.ts'
import { systemClock, SECOND } from '../src/kernel/time.ts'
import type { Projections } from '../src/projections/create.ts'
import { guests } from '../src/projections/guests.ts'
import { createReplays, replay } from '../src/projections/preview-replay.ts'
import { preview } from '../src/projections/preview.ts'
import { createTokens } from '../src/tokens/tokens.ts'
import { aHostId, anEventId, appendSteps, eventSteps } from '../test/support/facts.ts'
import { append, appendHistory, openingFacts, OPENINGS_PER_GUEST } from './preview-history.ts'
import { seeded } from './simulation/random.ts'
import { goal, table } from './report.ts'
import { inWorld } from './world.ts'

/** Requests of one measurement: enough that the 99th percentile rests on ten of them. */
const REQUESTS = 1_000

/** Hosts who drag sliders without a pause, each with one request under way. */
const AT_ONCE = 2

/** Openings a second that arrive during the second measurement. */
const ARRIVING = 100

/**
 * Measures previews of thresholds for one event with many scored openings, on a throw-away PostgreSQL with the settings
 * that the product runs with: interactive over HTTP, alone and while openings arrive, and the replay of the stream.
 * @param args `--openings <n>` scored openings of the event, default 1,000,000
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { openings: { type: 'string', default: '1000000' } } })
  const openings = Number(values.openings)
  await inWorld(async ({ pool, ring, log, readModels }) => {
    const facts = await stage('append the history', () => fill(log, openings))
    const projections = await stage('build the projections', async () => {
      // Those that answer a preview; the others read the same log and do not matter here.
      const built = await readModels([preview, guests])
      await pool.query('VACUUM ANALYZE')
      return built
    })
    const app = await serve(log, projections, createTokens(ring, systemClock, []))
    const previews = [
      await measure('alone', app),
      await whileOpeningsArrive(log, openings, () => measure(`with ${String(ARRIVING)} openings/s`, app)),
    ]
    await app.close()
    table(`Previews of an event with ${openings.toLocaleString('en')} scored openings`, previews)
    const replayed = await measureReplay(log, projections, facts)
    table('A replay of the same event', [replayed])
    report(previews, replayed)
  })
}

function report(
  previews: readonly Awaited<ReturnType<typeof measure>>[],
  replayed: Awaited<ReturnType<typeof measureReplay>>,
): void {
  for (const { previews: what, 'p99 ms': p99 } of previews) {
    goal({
      what: `p99 of a preview, ${what}`,
      measured: `${p99} ms`,
      wanted: 'under 20 ms',
      met: Number(p99) < 20,
    })
  }
  const rate = replayed['facts/s']
  goal({
    what: 'replay of an event, equal to what is kept',
    measured: `${rate.toLocaleString('en')} facts/s, ${replayed['as kept']}`,
    wanted: '60,000 facts/s or more, equal',
    met: rate >= 60_000 && replayed['as kept'] === 'equal',
  })
}

async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work()
  console.log(`${name}: ${((performance.now() - start) / SECOND).toFixed(1)} s`)
  return result
}

async function fill(log: Log, openings: number): Promise<number> {
  const registered = {
    stream: hostStream(aHostId()),
    fact: {
      type: 'HostRegistered',
      data: { plan: 'free' },
      personal: { email: 'host@example.org', name: null, passwordHash: '' },
    },
  } as const
  await appendSteps(log, [registered, eventSteps(0).created(), eventSteps(0).published()])
  return appendHistory(log, openings)
}

/** The route with its checks, on a socket, as the product serves it. */
async function serve(log: Log, projections: Projections, tokens: AppDeps['tokens']) {
  const deps = {
    commands: createCommandHandler(log),
    readModels: projections,
    replayPreview: createReplays(log, projections.queries.preview),
    tokens,
    clock: systemClock,
    publicUrl: () => '',
    // What no preview touches is left out.
  } as Partial<AppDeps> as AppDeps
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  await app.register((api, _options, done) => {
    installAccess(api, deps)
    void api.register(previewRoutes, deps)
    done()
  })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const authorization = `Bearer ${await tokens.issueSession(aHostId())}`
  const ask = async (query: string): Promise<void> => {
    const url = `${origin}/api/events/${anEventId(0)}/security/thresholds/preview?${query}`
    const answer = await fetch(url, { headers: { authorization } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
  }
  return { ask, close: () => app.close() }
}

type App = Awaited<ReturnType<typeof serve>>

async function measure(what: string, app: App) {
  const random = seeded(11)
  const latencies: number[] = []
  const drag = async (requests: number): Promise<void> => {
    for (let n = 0; n < requests; n++) {
      const medium = random.int(60)
      const high = medium + 1 + random.int(20)
      const block = high + 1 + random.int(15)
      const start = performance.now()
      await app.ask(`medium=${String(medium)}&high=${String(high)}&block=${String(block)}`)
      latencies.push(performance.now() - start)
    }
  }
  await drag(50)
  latencies.length = 0
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: AT_ONCE }, () => drag(REQUESTS / AT_ONCE)))
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)
  return {
    previews: what,
    'at once': AT_ONCE,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'max ms': at(0.999_999),
    // Of one request, with the client that asks; the database comes on top.
    'cpu ms': ((user + system) / 1_000 / REQUESTS).toFixed(1),
    'process MB': megabytes(),
  }
}

async function whileOpeningsArrive<T>(log: Log, openings: number, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const arrive = async (): Promise<void> => {
    for (let n = openings; !stop.signal.aborted; n++) {
      const guest = n % Math.ceil(openings / OPENINGS_PER_GUEST)
      await append(log, guest, openingFacts(guest, n, (n * 37) % 101), `arriving ${String(n)}`)
      await sleep(SECOND / ARRIVING)
    }
  }
  const arriving = arrive()
  try {
    return await work()
  } finally {
    stop.abort()
    await arriving
  }
}

async function measureReplay(log: Log, { queries }: Projections, facts: number) {
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, megabytes())), 200)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const replayed = await replay(log, anEventId(0))
  const seconds = (performance.now() - start) / SECOND
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(watch)
  const { picture, guests: kept } = await queries.preview.snapshot(anEventId(0))
  return {
    replayed: 'the event',
    facts,
    guests: replayed.guests.size,
    'facts/s': Math.round(facts / seconds),
    // Of one core, of this process; the database comes on top.
    'cpu %': Math.round((user + system) / 10_000 / seconds),
    'most MB': most,
    'as kept': isDeepStrictEqual(
      { picture, guests: kept },
      { ...replayed, guests: Object.fromEntries(replayed.guests) },
    )
      ? 'equal'
      : 'different',
  }
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1024 / 1024)
