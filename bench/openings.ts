import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, type Child } from './child.ts'
import { goal, table } from './report.ts'
import { flood, steady, type LoadOptions, type LoadResult } from './load.ts'

/** Odd, so that one of them is the middle. */
const TURNS = 5
const TURN_SECONDS = 4
const STEADY_SECONDS = 10
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
 * Drives the real route over HTTP from this process against the product in another, and a bare route in a third, in turns:
 * a machine that others share is fast in one minute and slow in the next. The product writes its projections meanwhile. Beside
 * the rate stands what it is made of: the CPU time of one request, and how many of them all cores could answer if none was
 * ever idle.
 */
export async function run(): Promise<void> {
  const bare = await startChild('./bare.main.ts', [])
  const product = await startChild('./product.main.ts', ['5000'])
  const next = openingsOf(product.tokens)
  const onBare = { connections: CONNECTIONS, origin: bare.origin, next: bareRequest }
  const onProduct = { connections: CONNECTIONS, origin: product.origin, next }
  for (const warming of [onBare, onProduct]) await flood({ ...warming, seconds: WARM_UP_SECONDS })

  const rows: Row[] = []
  const ratios: number[] = []
  let lag = await caughtUp(product)
  for (let turn = 0; turn < TURNS; turn++) {
    const floor = await measure('bare route', bare, () => flood({ ...onBare, seconds: TURN_SECONDS }))
    const open = await measure('openings', product, () => flood({ ...onProduct, seconds: TURN_SECONDS }))
    lag = Math.max(lag, await caughtUp(product))
    rows.push(floor.row, open.row)
    ratios.push(open.result.rate / floor.result.rate)
  }
  await bare.stop()
  const calm = await measure(`openings at ${String(STEADY)}/s`, product, () =>
    steady({ ...onProduct, seconds: STEADY_SECONDS, perSecond: STEADY }),
  )
  await product.stop()

  table(`Openings over HTTP, ${String(CONNECTIONS)} connections`, [...rows, calm.row])
  const [least = 0, , ratio = 0, , most = 0] = ratios.toSorted((a, b) => a - b)
  goal({
    what: 'openings, of the bare route',
    measured: `${ratio.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)} in ${String(TURNS)} turns)`,
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
  console.log(`read models caught up ${Math.round(lag).toString()} ms after a flood`)
}
