import { createHash, randomBytes } from 'node:crypto'
import type { IdGenerator } from '@opentelemetry/sdk-trace'

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/

/**
 * The trace of a correlation id: itself, when it came out of a trace, else a digest of it. So whoever reads a fact, in
 * whatever process and however late, knows its trace, and nothing about traces is kept in the log.
 */
export function traceIdOf(correlationId: string): string {
  if (TRACE_ID.test(correlationId)) return correlationId
  return createHash('sha256').update(correlationId).digest('hex').slice(0, 32)
}

/** The span in which a fact was appended: the first half of the fact's id (UUIDv5, so 60 bits of a digest). */
export const spanIdOf = (factId: string): string => factId.replaceAll('-', '').slice(0, 16)

/** Gives out the ids that were ordered, else random ones. */
export class OrderedIds implements IdGenerator {
  #traceId: string | null = null
  #spanId: string | null = null

  /** Starts a span under these ids; starting one is synchronous, so no other can take them. */
  ordered<T>(traceId: string, spanId: string | null, start: () => T): T {
    this.#traceId = traceId
    this.#spanId = spanId
    try {
      return start()
    } finally {
      this.#traceId = null
      this.#spanId = null
    }
  }

  generateTraceId(): string {
    return this.#traceId ?? randomBytes(16).toString('hex')
  }

  generateSpanId(): string {
    return this.#spanId ?? randomBytes(8).toString('hex')
  }
}
