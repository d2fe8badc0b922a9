import { randomUUID } from 'node:crypto'
import type { Log } from '../../postgres/log.ts'
import type { Pool } from '../../postgres/pool.ts'
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
import { Announcer, CHANNEL } from './announcer.ts'
import { Appender } from './appender.ts'
import { Connections } from './connection.ts'
import { listen } from './listener.ts'
import { allPages, categoryPages, readHead, readWindow } from './log-reader.ts'
import { StreamReader } from './stream-reader.ts'
import { follow } from './subscribe.ts'
import { Tail } from './tail.ts'
import { writeTombstone } from './write-batch.ts'

export { migrations } from './schema.ts'
export { ANSWER_WITHIN } from './write-batch.ts'

/** Facts of one page when the caller does not say: large enough that round trips do not count, some MB of memory. */
const PAGE_SIZE = 1_000

export interface EmbeddedStoreOptions {
  /**
   * Connections to a database where `migrations` were applied. At most 7 are used at a time: one writes, one listens,
   * one announces, two read streams, the others read pages. Shared with transactions that wait for an append, a full pool would wait
   * for itself: give the store a pool of its own, that waits for an answer no longer than `ANSWER_WITHIN`.
   */
  readonly pool: Pool
  readonly log: Log
}

/** @returns the event store on PostgreSQL. `close()` leaves the pool open: it belongs to the caller. */
export function createEmbeddedStore(options: EmbeddedStoreOptions): EventStore {
  return new EmbeddedStore(options)
}

interface Live {
  readonly tail: Tail
  readonly listening: Promise<void>
}

class EmbeddedStore implements EventStore {
  readonly #pool: Pool
  readonly #log: Log
  readonly #connections: Connections
  readonly #appender: Appender
  readonly #announcer: Announcer
  readonly #streams: StreamReader
  /** Marks the notifications of this store, which need not be acted upon. */
  readonly #origin = randomUUID()
  readonly #closing = new AbortController()
  /** Begins with the first subscription. */
  #live: Promise<Live> | undefined
  #tail: Tail | undefined

  constructor({ pool, log }: EmbeddedStoreOptions) {
    this.#pool = pool
    this.#log = log
    this.#connections = new Connections(pool)
    this.#announcer = new Announcer((position) => this.#announce(position))
    this.#appender = new Appender(this.#connections, (written) => {
      this.#tail?.wrote(written)
      const last = written.placed.at(-1)
      if (last !== undefined) this.#announcer.reached(last.position)
    })
    this.#streams = new StreamReader(this.#connections)
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    records: readonly NewRecord[],
  ): Promise<AppendResult> {
    this.#assertOpen()
    return this.#appender.append(encodeAppend(stream, expected, records))
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    this.#assertOpen()
    const { from, direction = 'forwards', limit } = options
    return this.#streams.read({ stream, from, limit, backwards: direction === 'backwards' })
  }

  readCategory(category: string, options: PageOptions = {}): AsyncIterable<readonly StoredRecord[]> {
    const { after = BEGINNING, pageSize = PAGE_SIZE } = options
    return categoryPages(this.#connections, category, after, pageSize)
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredRecord[]> {
    const { after = BEGINNING, pageSize = PAGE_SIZE, filter } = options
    return allPages(this.#connections, after, filter, pageSize)
  }

  async *subscribe(
    options: SubscribeOptions,
  ): AsyncGenerator<readonly SubscriptionMessage[], void, undefined> {
    this.#assertOpen()
    const signal = AbortSignal.any([options.signal, this.#closing.signal])
    const { tail } = await (this.#live ??= this.#goLive())
    yield* follow({
      connections: this.#connections,
      tail,
      after: options.after,
      filter: options.filter,
      signal,
    })
  }

  async head(): Promise<Position> {
    return readHead(this.#connections)
  }

  async tombstone(stream: string): Promise<void> {
    this.#assertOpen()
    await this.#connections.use((client) => writeTombstone(client, stream))
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all([this.#appender.idle(), this.#streams.idle()])
    await this.#announcer.idle()
    await this.#connections.close()
    await (
      await this.#live?.catch(() => undefined)
    )?.listening
  }

  #announce(position: Position): Promise<unknown> {
    const payload = `${this.#origin}:${String(position)}`
    return this.#connections.use((client) =>
      client.query({
        name: 'eventstore-announce',
        text: 'SELECT pg_notify($1, $2)',
        values: [CHANNEL, payload],
      }),
    )
  }

  async #goLive(): Promise<Live> {
    try {
      const tail = new Tail(
        await readHead(this.#connections),
        (after, upTo) => readWindow(this.#connections, after, upTo),
        this.#log,
      )
      this.#tail = tail
      const listening = listen({
        pool: this.#pool,
        origin: this.#origin,
        log: this.#log,
        signal: this.#closing.signal,
        readHead: () => readHead(this.#connections),
        reached: (position) => {
          tail.reached(position)
        },
      })
      return { tail, listening }
    } catch (error) {
      this.#live = undefined
      throw error
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the event store is closed')
  }
}
