import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Which request all of this began with. It is passed on explicitly where it is kept (facts, jobs); this is for what only
 * mentions it: lines of the log, a header of a mail.
 */
const current = new AsyncLocalStorage<string | undefined>()

/** @returns the correlation id of the work under way, null outside any */
export const correlationId = (): string | null => current.getStore() ?? null

/** Does the work, and what it awaits, under a correlation id. */
export const withCorrelation = <T>(id: string, work: () => T): T => current.run(id, work)

/**
 * Does what belongs to no request: events of a connection are told in the name of the request that happened to open it,
 * which may be over for hours.
 */
export const withoutCorrelation = <T>(work: () => T): T => current.run(undefined, work)

/** Marks loggers whose every line names the correlation id already; loggers made from them inherit it. */
export const CORRELATED = Symbol('guestguard.correlated')

/** Chosen by a caller, so of the shape of an id: an address cannot be one, nor a line break. */
const REQUEST_ID = /^[\w.:-]{8,64}$/

/** W3C Trace Context, version 00 and those after it, which may add fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** The caller's place in a trace. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** @returns null without the header, or with one that is not of its form */
export function traceParentOf({ traceparent }: Headers): TraceParent | null {
  const [, traceId, spanId] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || []
  return traceId === undefined || spanId === undefined ? null : { traceId, spanId }
}

/**
 * What a request calls itself: the trace it belongs to, or its `X-Request-Id`.
 * @returns null when it names neither, or in no form that is taken
 */
export function requestedCorrelation(headers: Headers): string | null {
  const id = headers['x-request-id']
  const named = typeof id === 'string' && REQUEST_ID.test(id) ? id : null
  return traceParentOf(headers)?.traceId ?? named
}
