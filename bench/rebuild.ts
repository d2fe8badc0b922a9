import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SECOND } from '../src/kernel/time.ts'
import type { Projections } from '../src/projections/create.ts'
import { projections as all } from '../src/projections/registry.ts'
import { anEventId } from '../test/support/facts.ts'
import { bareRate } from './bare-rebuild.ts'
import { fill } from './history.ts'
import type { Rebuilt } from './rebuild.main.ts'
import { goal, table } from './report.ts'
import { inWorld } from './world.ts'

/** What the rebuild may use as heap, however long the log: a million facts as they are stored would be several times that. */
const HEAP_MB = 512

/** Between two questions of the reader, in milliseconds. */
const ASK_EVERY = 25

interface Measured {
  readonly facts: number
  readonly rate: number
  /** Null over gRPC, where reading is another thing. */
  readonly bare: number | null
}

/**
 * Rebuilds all projections beside those in use, with one reading of the log, while a reader asks all the time; on logs
 * of growing length on the embedded store, and over gRPC from a server that keeps its log in memory. The rebuild is a
 * process with a small heap.
 * @param args `--facts <n,…>` lengths of the log, default 100,000 and 1,000,000; `--grpc <n>` of the one over gRPC,
 *   default 100,000, 0 for none
 */
export async function run(args: string[]): Promise<void> {
  const options = {
    facts: { type: 'string', default: '100000,1000000' },
    grpc: { type: 'string', default: '100000' },
  } as const
  const { values } = parseArgs({ args, options })
  const rows = []
  const embedded: Measured[] = []
  for (const facts of values.facts.split(',').map(Number)) {
    const { measured, row } = await measure('embedded', facts)
    embedded.push(measured)
    rows.push(row)
  }
  const overGrpc = Number(values.grpc) === 0 ? null : await measure('over gRPC', Number(values.grpc))
  if (overGrpc !== null) rows.push(overGrpc.row)
  table('Rebuild of all projections with one reading of the log', rows)
  judge(embedded, overGrpc?.measured ?? null)
}

function judge(embedded: readonly Measured[], overGrpc: Measured | null): void {
  for (const { facts, rate, bare } of embedded) {
    const ratio = rate / (bare ?? NaN)
    goal({
      what: `rebuild of ${facts.toLocaleString('en')} facts, of a bare read and write`,
      measured: ratio.toFixed(2),
      wanted: '0.50 or more',
      met: ratio >= 0.5,
    })
  }
  const [first, last] = [embedded[0], embedded.at(-1)]
  if (first !== undefined && last !== undefined && last !== first) {
    const slower = first.rate / last.rate
    goal({
      what: `cost of a fact among ${last.facts.toLocaleString('en')}, of that among ${first.facts.toLocaleString('en')}`,
      measured: slower.toFixed(2),
      wanted: 'under 1.5: grows linearly',
      met: slower < 1.5,
    })
  }
  if (overGrpc === null) return
  const measured = `${Math.round(overGrpc.rate).toLocaleString('en')} facts/s`
  goal({ what: 'rebuild over gRPC', measured, wanted: '15,000/s or more', met: overGrpc.rate >= 15_000 })
}

const measure = (kind: 'embedded' | 'over gRPC', facts: number) =>
  inWorld(async ({ pool, log, environment, readModels }) => {
    await fill(log, facts)
    const readers = await readModels()
    await pool.query('ANALYZE')
    const bare = kind === 'embedded' ? await bareRate(pool, log, all) : null
    const reader = ask(readers)
    const rebuilt = await rebuild(environment)
    const { asked, slowest } = await reader.stop()
    const rate = (rebuilt.facts / rebuilt.ms) * SECOND
    return {
      measured: { facts, rate, bare },
      row: {
        store: kind,
        facts,
        'facts/s': Math.round(rate),
        'bare facts/s': bare === null ? '' : Math.round(bare),
        'of bare': bare === null ? '' : (rate / bare).toFixed(2),
        'most MB': rebuilt.mostMb,
        'reads meanwhile': asked,
        'slowest read ms': Math.round(slowest),
      },
    }
  }, kind)

/** @throws Error when it fails, which is also what happens when the heap does not do */
async function rebuild(environment: Readonly<Record<string, string>>): Promise<Rebuilt> {
  const child = fork(new URL('./rebuild.main.ts', import.meta.url), {
    env: { ...process.env, ...environment },
    execArgv: [`--max-old-space-size=${String(HEAP_MB)}`],
  })
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the rebuild ended with ${String(code)}`)
  return messages[0] as Rebuilt
}

/** Somebody who looks at the activity of an event all the time; a question that fails ends the bench. */
function ask({ queries }: Projections) {
  const stop = new AbortController()
  let asked = 0
  let slowest = 0
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const start = performance.now()
      const { items } = await queries.activity.page(anEventId(0), { limit: 20 })
      if (items.length === 0) throw new Error('the reader was answered nothing')
      slowest = Math.max(slowest, performance.now() - start)
      asked++
      await sleep(ASK_EVERY)
    }
  })()
  asking.catch(() => undefined)
  return {
    async stop() {
      stop.abort()
      await asking
      return { asked, slowest }
    },
  }
}
