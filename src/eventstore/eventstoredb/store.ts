import { encodeAppend } from '../encode.ts'
import {
  type AppendResult,
  BEGINNING,
  type EventStore,
  type ExpectedRevision,
  type NewRecord,
  type PageOptions,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  StoreUnavailable,
  type StoredRecord,
  type StreamSlice,
  type SubscribeOptions,
  type SubscriptionMessage,
} from '../port.ts'
import { append } from './append.ts'
import { type AdapterLog, ByCategory } from './by-category.ts'
import { categoryPages } from './category.ts'
import { connect, type Connection, disconnect } from './connection.ts'
import { isMissing, unavailable } from './errors.ts'
import { Head } from './head.ts'
import { logPages } from './log-reads.ts'
import { persistently } from './persistence.ts'
import { readStream } from './reads.ts'
import { subscribe } from './subscribe.ts'

/** Facts of one page when the caller does not say. */
const PAGE_SIZE = 1_000

/**
 * @param address `esdb://user:password@host:2113?tls=true`, as `readAddress` takes it
 * @param log told when the projection `$by_category` was started, or cannot be
 * @returns the event store on EventStoreDB 23.10 or later (older ones do not tell when a subscription has caught up) or
 * KurrentDB; it connects with the first call
 * @throws Error for an address that cannot be used
 */
export function createEventStoreDbStore(address: string, log: AdapterLog): EventStore {
  return new EventStoreDbStore(connect(address), log)
}

class EventStoreDbStore implements EventStore {
  readonly #connection: Connection
  readonly #head = new Head()
  readonly #byCategory: ByCategory
  readonly #closing = new AbortController()
  readonly #under = new Set<Promise<unknown>>()
  #lookedAfter = false
  #closed: Promise<void> | undefined

  constructor(connection: Connection, log: AdapterLog) {
    this.#connection = connection
    this.#byCategory = new ByCategory(connection, log)
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendResult> {
    this.#assertOpen()
    encodeAppend(stream, expected, records)
    return this.#finish(append(this.#connection, stream, expected, records))
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    this.#assertOpen()
    return this.#finish(persistently(() => readStream(this.#connection, stream, options)))
  }

  async *readCategory(
    category: string,
    { after = BEGINNING, pageSize = PAGE_SIZE }: PageOptions = {},
  ): AsyncGenerator<readonly StoredRecord[], void> {
    this.#assertOpen()
    const readLog = (from: Position, filter: ReadAllOptions['filter']) =>
      this.#readLog(from, filter, PAGE_SIZE)
    yield* categoryPages(this.#connection, this.#byCategory, { category, after, pageSize, readLog })
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<readonly StoredRecord[], void> {
    this.#assertOpen()
    const { after = BEGINNING, pageSize = PAGE_SIZE, filter } = options
    yield* this.#readLog(after, filter, pageSize)
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<readonly SubscriptionMessage[], void> {
    this.#assertOpen()
    yield* subscribe(this.#connection, {
      ...options,
      signal: AbortSignal.any([options.signal, this.#closing.signal]),
    })
  }

  /** Also has `$by_category` started, the first time: an installation asks for the head when it starts. */
  async head(): Promise<Position> {
    this.#assertOpen()
    const position = await this.#finish(persistently(() => this.#head.read(this.#connection)))
    if (!this.#lookedAfter) {
      this.#lookedAfter = true
      void this.#finish(this.#byCategory.linkedUpTo())
    }
    return position
  }

  async tombstone(stream: string): Promise<void> {
    this.#assertOpen()
    try {
      await this.#finish(persistently(() => this.#connection.client.tombstoneStream(stream)))
    } catch (error) {
      if (!isMissing(error)) throw unavailable(error)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#closed ??= Promise.allSettled(this.#under).then(() => disconnect(this.#connection.client))
    await this.#closed
  }

  #readLog(after: Position, filter: ReadAllOptions['filter'], pageSize: number) {
    const signal = this.#closing.signal
    return logPages(this.#connection, this.#head, { after, filter, pageSize, signal })
  }

  async #finish<T>(call: Promise<T>): Promise<T> {
    this.#under.add(call)
    try {
      return await call
    } finally {
      this.#under.delete(call)
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the event store is closed')
  }
}
