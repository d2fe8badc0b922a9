import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

export interface LoadResult {
  readonly requests: number
  /** Requests that were not answered 200. */
  readonly failed: number
  /** Answers per second. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface LoadOptions {
  readonly origin: string
  readonly seconds: number
  readonly connections: number
  /** The body and path of the next request. */
  readonly next: () => {
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: string
  }
}

class Recorder {
  readonly times: RecordableHistogram = createHistogram()
  requests = 0
  failed = 0

  private readonly pool: Pool
  private readonly next: LoadOptions['next']

  constructor(pool: Pool, next: LoadOptions['next']) {
    this.pool = pool
    this.next = next
  }

  /** @param intended when the request was due: waiting for a turn counts, or a slow server would look fast */
  async one(intended: number): Promise<void> {
    const { path, headers, body } = this.next()
    const answer = await this.pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    this.times.record(Math.max(1, Math.round((performance.now() - intended) * 1_000)))
    this.requests++
    if (answer.statusCode !== 200) this.failed++
  }

  result(elapsedMs: number): LoadResult {
    const ms = (percentile: number) => this.times.percentile(percentile) / 1_000
    return {
      requests: this.requests,
      failed: this.failed,
      rate: this.requests / (elapsedMs / 1_000),
      p50: ms(50),
      p95: ms(95),
      p99: ms(99),
      max: this.times.max / 1_000,
    }
  }
}

/** As many requests as the connections can carry. */
export async function flood({ origin, seconds, connections, next }: LoadOptions): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 })
  const recorder = new Recorder(pool, next)
  const started = performance.now()
  const until = started + seconds * 1_000
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) await recorder.one(performance.now())
    }),
  )
  const result = recorder.result(performance.now() - started)
  await pool.close()
  return result
}

/** @param perSecond requests that are due each second, whether the earlier ones were answered or not */
export async function steady(options: LoadOptions & { readonly perSecond: number }): Promise<LoadResult> {
  const { origin, seconds, connections, next, perSecond } = options
  const pool = new Pool(origin, { connections, pipelining: 1 })
  const recorder = new Recorder(pool, next)
  const started = performance.now()
  const total = seconds * perSecond
  const running: Promise<void>[] = []
  while (running.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1_000) * perSecond))
    while (running.length < due) running.push(recorder.one(started + (running.length / perSecond) * 1_000))
    await sleep(1)
  }
  await Promise.all(running)
  const result = recorder.result(performance.now() - started)
  await pool.close()
  return result
}
