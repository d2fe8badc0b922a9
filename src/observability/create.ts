import packageJson from '../../package.json' with { type: 'json' }
import type { Openings } from '../commands/guest/opening.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { GeoResolver } from '../geoip/resolver.ts'
import type { HttpObserver, MetricsText } from '../http/deps.ts'
import type { Mailer, SmsSender } from '../notify/message.ts'
import type { JobAround } from '../processes/jobs.ts'
import { readGauges, type Watched } from './gauges.ts'
import { countAppends, countLookups, countMails, countOpenings, countSms, since } from './instruments.ts'
import { Meters } from './meters.ts'
import { observeRequests } from './requests.ts'
import { appendSpanOf, traceAppends, traceMails, traceProjections, traceSms } from './spans.ts'
import { Tracer, type TracingConfig } from './tracer.ts'

export interface ObservabilityOptions {
  readonly role: 'all' | 'api' | 'worker'
  readonly store: 'embedded' | 'eventstoredb'
  /** Null: no spans, and nothing of OpenTelemetry is loaded. */
  readonly tracing: TracingConfig | null
  readonly warn: (message: string) => void
}

/**
 * What operators see of the product. It stands around the parts and not in them: the composition root hands each part
 * over and takes back one that is counted and traced.
 */
export interface Observability {
  store(store: EventStore): EventStore
  /** The store as the projections read it. */
  projected(store: EventStore): EventStore
  openings(openings: Openings): Openings
  /** Told of every opening that went on unscored. */
  overrun(): void
  geo(geo: GeoResolver): GeoResolver
  mailer(mailer: Mailer): Mailer
  sms(sms: SmsSender): SmsSender
  readonly jobs: JobAround
  readonly http: HttpObserver
  /** What is looked at for a scrape, once it is there. */
  watch(watched: Watched): void
  /** Everything in the text format of Prometheus. */
  metrics(): Promise<MetricsText>
  /** Sends the last spans. */
  close(): Promise<void>
}

export async function createObservability(options: ObservabilityOptions): Promise<Observability> {
  const { role, store: storeKind, tracing, warn } = options
  const { version } = packageJson
  const meters = new Meters()
  meters.buildInfo.set({ version, node: process.version, role, store: storeKind }, 1)
  const attributes = { 'service.version': version, 'guestguard.role': role }
  const tracer = tracing === null ? null : await Tracer.start(tracing, attributes, warn)
  let watched: Watched | null = null
  let reading: Promise<string> | null = null

  async function read(): Promise<string> {
    if (watched !== null) await readGauges(meters, watched)
    return meters.expose()
  }

  return {
    store: (store) => countAppends(tracer === null ? store : traceAppends(store, tracer), meters),
    projected: (store) => (tracer === null ? store : traceProjections(store, tracer)),
    openings: (openings) => countOpenings(openings, meters),
    overrun: () => {
      meters.overruns.inc()
    },
    geo: (geo) => countLookups(geo, meters),
    mailer: (mailer) => countMails(tracer === null ? mailer : traceMails(mailer, tracer), meters),
    sms: (sms) => countSms(tracer === null ? sms : traceSms(sms, tracer), meters),
    jobs: aroundJobs(meters, tracer),
    http: observeRequests(meters, tracer),
    watch: (parts) => {
      watched = parts
    },
    async metrics() {
      // Two scrapers at once read the same gauges, and one of them would find them half set.
      reading ??= read().finally(() => {
        reading = null
      })
      return { contentType: meters.contentType, text: await reading }
    },
    close: async () => tracer?.close(),
  }
}

function aroundJobs(meters: Meters, tracer: Tracer | null): JobAround {
  return async ({ queue, factId, correlationId }, work) => {
    const began = performance.now()
    const span = tracer?.begin({
      name: `job ${queue}`,
      kind: 'consumer',
      correlationId,
      parent: factId === null ? null : appendSpanOf(correlationId, factId),
      attributes: { 'guestguard.queue': queue },
    })
    let failure: unknown = null
    try {
      await work()
    } catch (error) {
      failure = error
      throw error
    } finally {
      span?.end(failure)
      meters.jobSeconds.observe({ queue }, since(began))
      meters.jobRuns.inc({ queue, outcome: failure === null ? 'completed' : 'failed' })
    }
  }
}
