import {
  ErrorType,
  isCommandError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import {
  type ExpectedRevision,
  InvalidAppend,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
} from '../port.ts'

/** The call may or may not have been done, and the same call may succeed soon. */
const TRANSIENT: readonly string[] = [
  ErrorType.UNAVAILABLE,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.TIMEOUT,
  ErrorType.CANCELLED,
  ErrorType.NOT_LEADER,
]

/**
 * Codes of gRPC that the client calls "unknown" and that speak of the connection or of a server without a leader, not of
 * the call: CANCELLED, UNKNOWN, RESOURCE_EXHAUSTED, ABORTED, INTERNAL. A broken HTTP/2 stream comes as one of them.
 */
const OF_THE_CONNECTION: readonly number[] = [1, 2, 8, 10, 13]

/** INVALID_ARGUMENT of gRPC: the server will never take this. */
const INVALID = 3

/** @returns whether it is worth to try again */
export function isTransient(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return error.cause === undefined || isTransient(error.cause)
  if (!(error instanceof Error)) return false
  // A call that begins while the client changes over to another connection.
  if (!isCommandError(error)) return error.message.includes('Channel has been shut down')
  if (error.type !== ErrorType.UNKNOWN) return TRANSIENT.includes(error.type)
  return error.code === undefined || OF_THE_CONNECTION.includes(error.code)
}

/** @returns whether the stream was never written to, or is deleted: both read as missing. */
export function isMissing(error: unknown): boolean {
  return error instanceof StreamNotFoundError || error instanceof StreamDeletedError
}

/** @returns the error of the port for what an append failed with. */
export function appendError(stream: string, expected: ExpectedRevision, error: unknown): Error {
  if (error instanceof WrongExpectedRevision) return error
  if (error instanceof StreamDeletedError) return new StreamDeleted(stream)
  if (error instanceof WrongExpectedVersionError) {
    return new WrongExpectedRevision(stream, expected, revisionOf(error.actualVersion))
  }
  if (error instanceof MaxAppendSizeExceededError) {
    return new InvalidAppend(stream, `it is larger than MaxAppendSize of the server (${error.message})`)
  }
  if (error instanceof Error && isCommandError(error) && Number(error.code) === INVALID) {
    return new InvalidAppend(stream, error.message)
  }
  return unavailable(error)
}

/** @returns the error of the port for anything that is not about one stream: down, unreachable, no right to do it. */
export function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new StoreUnavailable(`EventStoreDB: ${reason}`, error)
}

/** The server writes a missing stream as `no_stream` or as -1. */
export function revisionOf(actual: bigint | string): number | 'no_stream' {
  return typeof actual === 'bigint' && actual >= 0n ? Number(actual) : 'no_stream'
}
