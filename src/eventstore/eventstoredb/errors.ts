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

/** @returns whether it is worth to try again; a broken HTTP/2 stream comes as "unknown". */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error) || !isCommandError(error)) return false
  return TRANSIENT.includes(error.type) || error.type === ErrorType.UNKNOWN
}

/** @returns whether the stream was never written to, or is tombstoned: both read as missing. */
export function isMissing(error: unknown): boolean {
  return error instanceof StreamNotFoundError || error instanceof StreamDeletedError
}

/** @returns the error of the port for what an append failed with. */
export function appendError(stream: string, expected: ExpectedRevision, error: unknown): Error {
  if (error instanceof StreamDeletedError) return new StreamDeleted(stream)
  if (error instanceof WrongExpectedVersionError) {
    return new WrongExpectedRevision(stream, expected, revisionOf(error.actualVersion))
  }
  if (error instanceof MaxAppendSizeExceededError) {
    return new InvalidAppend(stream, `it is larger than MaxAppendSize of the server (${error.message})`)
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
