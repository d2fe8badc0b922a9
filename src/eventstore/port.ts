/**
 * The event store port: what the product needs of a log of facts, and nothing of any vendor.
 * Implemented by `embedded/` (PostgreSQL) and `eventstoredb/` (EventStoreDB and KurrentDB); one behaviour suite,
 * `test/contract/event-store.ts`, holds both to the same meaning.
 *
 * A stream is named `<category>-<id>`; the category ends at the first `-`. A name without `-` is in no category.
 * A position is a place in the one total order of the whole log. Positions grow, but their differences are not counts.
 */

/** Place in the log's total order. The embedded store counts from 1; `BEGINNING` is before every fact. */
export type Position = bigint

export const BEGINNING: Position = 0n

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** A fact on its way in. `id` is a UUID; the same id appended again to the same stream is a retry, not a second fact. */
export interface NewRecord {
  readonly id: string
  readonly type: string
  readonly data: JsonObject
  readonly metadata: JsonObject
}

/** A fact as the log holds it. */
export interface StoredRecord extends NewRecord {
  readonly stream: string
  /** Place in its stream, from 0, without gaps. */
  readonly revision: number
  readonly position: Position
  /** When the store accepted it. */
  readonly created: Date
}

/**
 * What the writer believes about the stream: anything (`any`), that it does not exist (`no_stream`), that it exists
 * (`stream_exists`), or the revision of its last fact.
 */
export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | number

export interface AppendResult {
  /** Revision of the last fact of this append. */
  readonly revision: number
  /** Position of the last fact of this append; pass it to a reader that must see it. */
  readonly position: Position
}

export type StreamSlice =
  | { readonly exists: false }
  /** `lastRevision` is of the stream, not of the slice. A slice past the end has no records. */
  | { readonly exists: true; readonly records: readonly StoredRecord[]; readonly lastRevision: number }

/**
 * Which facts a reader of the whole log wants; no filter means every fact. Records of the store itself (stream or type
 * begins with `$`) are never delivered. A fact is wanted when any of the prefixes fits.
 */
export type LogFilter =
  { readonly streamPrefixes: readonly string[] } | { readonly typePrefixes: readonly string[] }

export type SubscriptionMessage =
  | { readonly kind: 'fact'; readonly record: StoredRecord }
  /**
   * Everything up to `position` was delivered or filtered out. Safe to store once the facts before it are applied.
   */
  | { readonly kind: 'checkpoint'; readonly position: Position }
  /** The reader has reached the live end. Told once per time it falls behind and catches up. */
  | { readonly kind: 'caught_up'; readonly position: Position }

export interface ReadStreamOptions {
  /** First revision wanted, default 0 (forwards) or the last (backwards). */
  readonly from?: number
  readonly direction?: 'forwards' | 'backwards'
  /** Most records in the slice, default all. */
  readonly limit?: number
}

export interface PageOptions {
  /** Only facts after this position, default `BEGINNING`. */
  readonly after?: Position
  /** Most facts of a page. */
  readonly pageSize?: number
}

export interface ReadAllOptions extends PageOptions {
  readonly filter?: LogFilter
}

export interface SubscribeOptions {
  readonly after: Position
  readonly filter?: LogFilter
  readonly signal: AbortSignal
}

export interface EventStore {
  /**
   * Appends all records to one stream or none.
   *
   * A retry, that is the same ids in the same order with the same `no_stream` or exact `expected` as the first time, is
   * answered with the result of the first time, also after others have appended; nothing is written. With `any` and
   * `stream_exists` that holds for a retry soon after (EventStoreDB remembers recent ids only; the embedded store
   * always knows). When only some of the ids are there, it is a `WrongExpectedRevision`.
   * @throws WrongExpectedRevision when `expected` does not hold and the records are not a retry
   * @throws StreamDeleted when the stream was tombstoned
   * @throws RecordTooLarge when the records of this append come to more than `MAX_RECORD_BYTES`
   * @throws InvalidAppend when the names, ids or `expected` are not of the form, or there is no record
   * @throws StoreUnavailable when it is not known that the append happened; safe to retry with the same ids
   */
  append(stream: string, expected: ExpectedRevision, records: readonly NewRecord[]): Promise<AppendResult>

  /**
   * Reads a slice of one stream. The records may be shared with other readers: do not write to them.
   * @throws StoreUnavailable, like every other method
   */
  readStream(stream: string, options?: ReadStreamOptions): Promise<StreamSlice>

  /**
   * The complete ordered history of a category after `after`, in pages: every fact that was answered before it starts, and
   * maybe later ones. Deleted streams are left out.
   */
  readCategory(
    category: string,
    options?: { after?: Position; pageSize?: number },
  ): AsyncIterable<readonly StoredRecord[]>

  /** The whole log after `after`, in pages of at most `pageSize`; ends at the head. */
  readAll(options?: {
    after?: Position
    filter?: LogFilter
    pageSize?: number
  }): AsyncIterable<readonly StoredRecord[]>

  /**
   * History after `after`, then live, until `signal` aborts (the iteration then ends without an error).
   * May also end or throw when the connection drops: use `supervise` of `subscription.ts`, not this, for anything that
   * must go on.
   */
  subscribe(options: {
    after: Position
    filter?: LogFilter
    signal: AbortSignal
  }): AsyncIterable<readonly SubscriptionMessage[]>

  /** Position of the last fact, `BEGINNING` when there is none. */
  head(): Promise<Position>

  /** Tombstones a stream, existing or not: it reads as missing and can never be written again. Twice is once. */
  tombstone(stream: string): Promise<void>

  /** Stops taking calls, finishes appends and reads under way, ends subscriptions, releases connections. Twice is once. */
  close(): Promise<void>
}

/**
 * Most bytes of one append: type (counted twice), data and metadata of all its records, as JSON in UTF-8. EventStoreDB
 * counts the same way and refuses over 1 MiB by default (`MaxAppendSize`); the rest is headroom.
 */
export const MAX_RECORD_BYTES = 1_000_000

export class WrongExpectedRevision extends Error {
  readonly stream: string
  readonly expected: ExpectedRevision
  /** Revision of the stream's last fact, `no_stream` when it does not exist. */
  readonly actual: number | 'no_stream'

  constructor(stream: string, expected: ExpectedRevision, actual: number | 'no_stream') {
    super(`stream ${stream} is at ${String(actual)}, expected ${String(expected)}`)
    this.name = 'WrongExpectedRevision'
    this.stream = stream
    this.expected = expected
    this.actual = actual
  }
}

export class StreamDeleted extends Error {
  constructor(stream: string) {
    super(`stream ${stream} was deleted`)
    this.name = 'StreamDeleted'
  }
}

export class RecordTooLarge extends Error {
  constructor(stream: string, bytes: number) {
    super(`an append to ${stream} has ${String(bytes)} bytes; the most is ${String(MAX_RECORD_BYTES)}`)
    this.name = 'RecordTooLarge'
  }
}

/** The append can never be accepted as it is: a defect of the caller, not a state of the store. */
export class InvalidAppend extends Error {
  constructor(stream: string, reason: string) {
    super(`append to ${JSON.stringify(stream)} refused: ${reason}`)
    this.name = 'InvalidAppend'
  }
}

export class StoreUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StoreUnavailable'
  }
}

/** @returns the category of a stream name, the part before the first `-`; a name without one is in no category. */
export function categoryOf(stream: string): string | undefined {
  const dash = stream.indexOf('-')
  return dash <= 0 ? undefined : stream.slice(0, dash)
}
