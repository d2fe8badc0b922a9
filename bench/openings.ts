import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, type Child } from './child.ts'
import { goal, table } from './report.ts'
import { flood, steady, type LoadOptions, type LoadResult } from './load.ts'

const SECONDS = 10
/** Until both programs are compiled: what is measured is a server that runs, not one that starts. */
const WARM_UP_SECONDS = 15
const CONNECTIONS = 10
/** Openings a second of the steady part. */
const STEADY = 500

/** Addresses of providers on four continents: the place of each is looked up. */
const ADDRESSES = [
  '81.2.69.142',
  '2.125.160.216',
  '89.160.20.112',
  '175.16.199.1',
  '216.160.83.56',
  '202.196.224.1',
]

const AGENT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'

const BODY = JSON.stringify({
  fingerprint: {
    platform: 'iPhone',
    languages: 'en-GB',
    vendor: 'Apple',
    touch: '5',
    visitorId: 'f00dfeedf00dfeed',
  },
})

type Row = Record<string, string | number>

interface Measured {
  readonly result: LoadResult
  readonly row: Row
}

async function measure(name: string, child: Child, load: () => Promise<LoadResult>): Promise<Measured> {
  const before = await child.usage()
  const began = process.cpuUsage()
  const result = await load()
  const { user, system } = process.cpuUsage(began)
  const after = await child.usage()
  const each = (seconds: number) => Math.round((seconds * 1e6) / result.requests)
  const [product, database, driver] = [
    each(after.cpuSeconds - before.cpuSeconds),
    each(after.databaseSeconds - before.databaseSeconds),
    each((user + system) / 1e6),
  ]
  return {
    result,
    row: {
      what: name,
      'per s': Math.round(result.rate),
      'p50 ms': round(result.p50),
      'p95 ms': round(result.p95),
      'p99 ms': round(result.p99),
      'max ms': round(result.max),
      failed: result.failed,
      'CPU us each': product,
      'of the database': database,
      'of the driver': driver,
      'all cores, per s': Math.round((availableParallelism() * 1e6) / (product + database + driver)),
      'RSS MB': Math.round(after.rssMb),
      'facts behind': after.behind,
    },
  }
}

const round = (value: number) => Math.round(value * 10) / 10

function openingsOf(tokens: readonly string[]): LoadOptions['next'] {
  let n = 0
  return () => {
    const token = tokens[n % tokens.length] ?? ''
    const address = ADDRESSES[n % ADDRESSES.length] ?? ''
    n++
    const headers = { 'content-type': 'application/json', 'user-agent': AGENT, 'x-forwarded-for': address }
    return { path: `/api/rsvp/${token}/open`, headers, body: BODY }
  }
}

const bareRequest: LoadOptions['next'] = () => ({
  path: '/open',
  headers: { 'content-type': 'application/json', 'user-agent': AGENT },
  body: BODY,
})

/** How long the read models need after the load, at most, before they count as behind for good, in milliseconds. */
const CATCH_UP = 60_000

async function caughtUp(child: Child): Promise<number> {
  const started = performance.now()
  while ((await child.usage()).behind > 0 && performance.now() - started < CATCH_UP) await sleep(10)
  return performance.now() - started
}

/**
 * Drives the real route over HTTP from this process against the product in another, and a bare route beside it in the
 * same run. The product writes its projections meanwhile. Beside the rate stands what the rate is made of: the CPU time of
 * one request, and how many of them all cores could answer if none was ever idle.
 */
export async function run(): Promise<void> {
  const rows: Row[] = []
  const bare = await startChild('./bare.main.ts', [])
  const options = { seconds: SECONDS, connections: CONNECTIONS }
  await flood({ ...options, origin: bare.origin, seconds: WARM_UP_SECONDS, next: bareRequest })
  const floor = await measure('bare route', bare, () =>
    flood({ ...options, origin: bare.origin, next: bareRequest }),
  )
  rows.push(floor.row)
  await bare.stop()

  const product = await startChild('./product.main.ts', ['5000'])
  const next = openingsOf(product.tokens)
  await flood({ ...options, origin: product.origin, seconds: WARM_UP_SECONDS, next })
  const open = await measure('openings', product, () => flood({ ...options, origin: product.origin, next }))
  rows.push(open.row)
  const lag = await caughtUp(product)
  const calm = await measure(`openings at ${String(STEADY)}/s`, product, () =>
    steady({ ...options, origin: product.origin, perSecond: STEADY, next }),
  )
  rows.push(calm.row)
  await product.stop()

  table(`Openings over HTTP, ${String(CONNECTIONS)} connections`, rows)
  const ratio = open.result.rate / floor.result.rate
  goal({
    what: 'openings, of the bare route',
    measured: ratio.toFixed(2),
    wanted: '0.40 or more',
    met: ratio >= 0.4,
  })
  const { p99 } = calm.result
  goal({
    what: `p99 of an opening at ${String(STEADY)}/s`,
    measured: `${p99.toFixed(1)} ms`,
    wanted: 'under 50 ms',
    met: p99 < 50,
  })
  console.log(`read models caught up ${Math.round(lag).toString()} ms after the flood`)
}
