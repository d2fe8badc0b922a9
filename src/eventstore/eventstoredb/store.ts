import type { EventStoreDBClient } from '@eventstore/db-client'
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
import { connect, disconnect } from './connection.ts'
import { isMissing, unavailable } from './errors.ts'
import { categoryPages, readHead, readStream } from './reads.ts'
import { subscribe } from './subscribe.ts'

/** Facts of one page when the caller does not say. */
const PAGE_SIZE = 1_000

/**
 * @param url connection string, `esdb://user:password@host:2113?tls=true`
 * @returns the event store on EventStoreDB 23.10 or later (older ones do not tell when a subscription has caught up) or
 * KurrentDB; it connects with the first call
 */
export function createEventStoreDbStore(url: string): EventStore {
  return new EventStoreDbStore(connect(url))
}

class EventStoreDbStore implements EventStore {
  readonly #client: EventStoreDBClient
  readonly #closing = new AbortController()
  readonly #under = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined

  constructor(client: EventStoreDBClient) {
    this.#client = client
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendResult> {
    this.#assertOpen()
    encodeAppend(stream, expected, records)
    return this.#finish(append(this.#client, stream, expected, records))
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    this.#assertOpen()
    return this.#finish(readStream(this.#client, stream, options))
  }

  async *readCategory(
    category: string,
    options: PageOptions = {},
  ): AsyncGenerator<readonly StoredRecord[], void> {
    this.#assertOpen()
    yield* categoryPages(this.#client, category, options.after ?? BEGINNING, options.pageSize ?? PAGE_SIZE)
  }

  /** The client's own `$all` read cannot filter; a subscription can, and is left when it has come to the head. */
  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<readonly StoredRecord[], void> {
    const { after = BEGINNING, pageSize = PAGE_SIZE, filter } = options
    const head = await this.head()
    if (after >= head) return
    const signal = this.#closing.signal
    let page: StoredRecord[] = []
    for await (const batch of subscribe(this.#client, {
      after,
      signal,
      ...(filter === undefined ? {} : { filter }),
    })) {
      for (const message of batch) {
        const atTheEnd = message.kind === 'caught_up' || positionIn(message) >= head
        if (message.kind === 'fact') page.push(message.record)
        if (page.length === pageSize || (atTheEnd && page.length > 0)) {
          yield page
          page = []
        }
        if (atTheEnd) return
      }
    }
    throw new StoreUnavailable('EventStoreDB dropped the read of the log before its end')
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<readonly SubscriptionMessage[], void> {
    this.#assertOpen()
    yield* subscribe(this.#client, {
      ...options,
      signal: AbortSignal.any([options.signal, this.#closing.signal]),
    })
  }

  async head(): Promise<Position> {
    this.#assertOpen()
    return this.#finish(readHead(this.#client))
  }

  async tombstone(stream: string): Promise<void> {
    this.#assertOpen()
    try {
      await this.#finish(this.#client.tombstoneStream(stream))
    } catch (error) {
      if (!isMissing(error)) throw unavailable(error)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#closed ??= Promise.allSettled(this.#under).then(() => disconnect(this.#client))
    await this.#closed
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

function positionIn(message: SubscriptionMessage): Position {
  return message.kind === 'fact' ? message.record.position : message.position
}
