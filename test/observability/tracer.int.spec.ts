import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { spanIdOf, traceIdOf } from '../../src/observability/trace-ids.ts'
import { Tracer } from '../../src/observability/tracer.ts'
import { startOtlpReceiver, type OtlpReceiver } from './otlp-receiver.ts'

const FACT = '8f14e45f-ceea-567a-9a36-dedd4bea2543'
const spec = (correlationId: string) =>
  ({ name: 'work', kind: 'server', correlationId, parent: null, attributes: {} }) as const

let receiver: OtlpReceiver | undefined

afterEach(async () => {
  await receiver?.stop()
  receiver = undefined
})

describe('tracing', () => {
  it('loads nothing of the tracer when no receiver is configured', async () => {
    const script = path.join(import.meta.dirname, 'loaded.main.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    const { without, with: all } = JSON.parse(stdout) as { without: string[]; with: string[] }
    // The metrics library itself reads the interface package.
    expect(without).toEqual(['@opentelemetry/api'])
    expect(all).toContain('@opentelemetry/sdk-trace')
    expect(all).toContain('@opentelemetry/exporter-trace-otlp-http')
  })

  it('sends what is left when it is closed, and hangs what happens under what is under way', async () => {
    receiver = await startOtlpReceiver()
    const tracer = await Tracer.start({ endpoint: `${receiver.url}/`, ratio: 1 }, {}, () => undefined)
    const request = tracer.begin(spec('request-1'))
    tracer.record({ ...spec('request-1'), name: 'append', factId: FACT }, 3)
    request.end()
    tracer.record({ ...spec('request-1'), name: 'later' }, 3)
    tracer.record({ ...spec('request-2'), name: 'other' }, 3)
    await tracer.close()
    const byName = new Map(receiver.spans.map((span) => [span.name, span]))
    expect(byName.get('append')?.parentSpanId).toBe(byName.get('work')?.spanId)
    expect(byName.get('append')?.spanId).toBe(spanIdOf(FACT))
    expect(byName.get('later')?.parentSpanId).toBeUndefined()
    expect(byName.get('later')?.traceId).toBe(byName.get('work')?.traceId)
    expect(byName.get('other')?.traceId).toBe(traceIdOf('request-2'))
  })

  it('tells of an error by its name, for its message may hold what a person typed', async () => {
    receiver = await startOtlpReceiver()
    const tracer = await Tracer.start({ endpoint: receiver.url, ratio: 1 }, {}, () => undefined)
    tracer.record(spec('request-1'), 1, new TypeError('grace@example.org is no address'))
    await tracer.close()
    expect(receiver.spans[0]?.status).toEqual({ code: 2, message: 'TypeError' })
    expect(receiver.text()).not.toContain('grace')
  })

  it('decides about a trace the same in every process, and records the share that was asked for', async () => {
    receiver = await startOtlpReceiver()
    const ids = Array.from({ length: 400 }, (_, n) => `request-${String(n)}`)
    for (let process = 0; process < 2; process++) {
      const tracer = await Tracer.start({ endpoint: receiver.url, ratio: 0.25 }, {}, () => undefined)
      for (const id of ids) tracer.record(spec(id), 1)
      await tracer.close()
    }
    const times = Map.groupBy(receiver.spans, ({ traceId }) => traceId)
    expect([...times.values()].every((spans) => spans.length === 2)).toBe(true)
    expect(times.size).toBeGreaterThan(60)
    expect(times.size).toBeLessThan(140)
  })

  it('goes on without a receiver, and does not hold up a shutdown', async () => {
    const said: string[] = []
    const tracer = await Tracer.start({ endpoint: 'http://127.0.0.1:9', ratio: 1 }, {}, (message) => {
      said.push(message)
    })
    for (let n = 0; n < 10; n++) tracer.record(spec(`request-${String(n)}`), 1)
    await tracer.close()
    expect(said.length).toBeLessThanOrEqual(1)
  })

  it('says once that spans are not taken, however many are refused', async () => {
    receiver = await startOtlpReceiver()
    const said: string[] = []
    const tracer = await Tracer.start({ endpoint: `${receiver.url}/elsewhere`, ratio: 1 }, {}, (message) => {
      said.push(message)
    })
    // More than go into one request.
    for (let n = 0; n < 1_200; n++) tracer.record(spec(`request-${String(n)}`), 1)
    await tracer.close()
    expect(receiver.refused()).toBeGreaterThan(1)
    expect(said).toHaveLength(1)
  })
})

describe('the trace of a correlation id', () => {
  it('is the id itself where that came out of a trace, and else always the same digest', () => {
    expect(traceIdOf('4bf92f3577b34da6a3ce929d0e0e4736')).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(traceIdOf('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toMatch(/^[0-9a-f]{32}$/)
    expect(traceIdOf('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(traceIdOf('01ARZ3NDEKTSV4RRFFQ69G5FAV'))
    expect(traceIdOf('0'.repeat(32))).not.toBe('0'.repeat(32))
  })
})
