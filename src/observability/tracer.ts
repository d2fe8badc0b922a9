import type * as Api from '@opentelemetry/api'
import type { Attributes, Context, Span, SpanContext, SpanKind } from '@opentelemetry/api'
import { LRUCache } from 'lru-cache'
import { SECOND } from '../kernel/time.ts'
import { OrderedIds, spanIdOf, traceIdOf } from './trace-ids.ts'

export interface TracingConfig {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`; spans go to `/v1/traces` below it. */
  readonly endpoint: string
  /** `OTEL_TRACES_SAMPLER_ARG`: the share of traces that are recorded, 0 to 1. */
  readonly ratio: number
}

/** What a span is about, and where it hangs. */
export interface SpanSpec {
  readonly name: string
  readonly kind: 'server' | 'client' | 'producer' | 'consumer'
  readonly correlationId: string
  /** The span it belongs under; null for the span that is open under its correlation id, or for none. */
  readonly parent: { readonly traceId: string; readonly spanId: string } | null
  /** Named after a fact, so that others find it; null for a random id. */
  readonly factId?: string
  readonly attributes: Attributes
}

export interface OpenSpan {
  /** @param error what went wrong, null when nothing did */
  end(error?: unknown, attributes?: Attributes): void
}

/** Spans open at once that others may hang under; a request that never ends must not be kept for ever. */
const MOST_OPEN = 10_000

/** How long a shutdown waits for the last spans to be sent, in milliseconds. */
const LAST_SPANS = 3 * SECOND

/** Between two complaints about a receiver that does not take spans, in milliseconds. */
const COMPLAIN_EVERY = 60 * SECOND

type OpenTelemetry = typeof Api

/** Makes spans and sends them in batches; a receiver that is slow or gone costs spans, never a request. */
export class Tracer {
  readonly #api: OpenTelemetry
  readonly #tracer: Api.Tracer
  readonly #ids: OrderedIds
  readonly #shutdown: () => Promise<void>
  /** By correlation id: the request or job that is under way. */
  readonly #open = new LRUCache<string, SpanContext>({ max: MOST_OPEN })
  readonly #kinds: Readonly<Record<SpanSpec['kind'], SpanKind>>

  private constructor(
    api: OpenTelemetry,
    tracer: Api.Tracer,
    ids: OrderedIds,
    shutdown: () => Promise<void>,
  ) {
    this.#api = api
    this.#tracer = tracer
    this.#ids = ids
    this.#shutdown = shutdown
    const { CLIENT: client, SERVER: server, PRODUCER: producer, CONSUMER: consumer } = api.SpanKind
    this.#kinds = { client, server, producer, consumer }
  }

  /** Loads what is needed; without a receiver configured none of it is. */
  static async start(
    { endpoint, ratio }: TracingConfig,
    attributes: Attributes,
    warn: (message: string) => void,
  ): Promise<Tracer> {
    const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
    let complained = -Infinity
    const complain = (message: string) => {
      if (performance.now() - complained < COMPLAIN_EVERY) return
      complained = performance.now()
      warn(message)
    }
    const quiet = () => undefined
    const logger = { error: complain, warn: quiet, info: quiet, debug: quiet, verbose: quiet }
    api.diag.setLogger(logger, { logLevel: api.DiagLogLevel.ERROR, suppressOverrideMessage: true })
    const { resourceAttributesEnvDetector, serviceNameEnvDetector } = resources
    const ids = new OrderedIds()
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` })
    const provider = new sdk.TracerProvider({
      resource: resources
        .resourceFromAttributes({ 'service.name': 'guestguard', ...attributes })
        .merge(
          resources.detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }),
        ),
      // By the trace id alone, and not by what a caller says: every process decides the same about the same trace.
      sampler: new sdk.TraceIdRatioBasedSampler(ratio),
      idGenerator: ids,
      spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: SECOND })],
    })
    return new Tracer(api, provider.getTracer('guestguard'), ids, () => provider.shutdown())
  }

  /** Begins something that others may hang under while it lasts: a request, a job. */
  begin(spec: SpanSpec): OpenSpan {
    const { correlationId } = spec
    const span = this.#start(spec)
    const context = span.spanContext()
    this.#open.set(correlationId, context)
    return {
      end: (error, attributes) => {
        if (this.#open.get(correlationId) === context) this.#open.delete(correlationId)
        if (attributes !== undefined) span.setAttributes(attributes)
        this.#settle(span, error)
        span.end()
      },
    }
  }

  /** Tells of something that is over. @param elapsed how long it took, in milliseconds */
  record(spec: SpanSpec, elapsed: number, error?: unknown): void {
    const now = Date.now()
    const span = this.#start(spec, now - elapsed)
    this.#settle(span, error)
    span.end(now)
  }

  /** Sends what is left, within 3 s. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_SPANS)
    })
    await Promise.race([this.#shutdown().catch(() => undefined), late])
    clearTimeout(timer)
  }

  #start({ name, kind, correlationId, parent, factId, attributes }: SpanSpec, startTime?: number): Span {
    const under = parent ?? this.#open.get(correlationId) ?? null
    const spanId = factId === undefined ? null : spanIdOf(factId)
    return this.#ids.ordered(traceIdOf(correlationId), spanId, () =>
      this.#tracer.startSpan(
        name,
        {
          kind: this.#kinds[kind],
          attributes: { ...attributes, 'guestguard.correlation_id': correlationId },
          ...(startTime === undefined ? {} : { startTime }),
        },
        this.#contextOf(under),
      ),
    )
  }

  #contextOf(parent: SpanSpec['parent']): Context {
    const { ROOT_CONTEXT, TraceFlags, trace } = this.#api
    if (parent === null) return ROOT_CONTEXT
    return trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true })
  }

  #settle(span: Span, error: unknown): void {
    if (error === undefined || error === null) return
    // Its name, not its message: messages may repeat what a person typed.
    const message = error instanceof Error ? error.name : 'error'
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message })
  }
}
