import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeAppend, type EncodedAppend } from '../../src/eventstore/encode.ts'
import {
  BEGINNING,
  categoryOf,
  InvalidAppend,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type JsonObject,
  type LogFilter,
  type NewRecord,
  type Position,
  type ReadStreamOptions,
  type StoredRecord,
  type StreamSlice,
  type SubscriptionMessage,
} from '../../src/eventstore/port.ts'

const PAGE_SIZE = 500

/** The facts that several stores, one for each process of a test, share. */
export class MemoryLog {
  private readonly placed: StoredRecord[] = []
  private readonly tombstones = new Set<string>()
  private readonly waiting = new Set<() => void>()

  get head(): Position {
    return this.placed.at(-1)?.position ?? BEGINNING
  }

  /** @returns all facts that are not in a tombstoned stream, fresh copies, in order */
  records(wanted: (record: StoredRecord) => boolean = () => true): StoredRecord[] {
    return this.placed
      .filter((record) => !this.tombstones.has(record.stream) && wanted(record))
      .map((record) => structuredClone(record))
  }

  append({ stream, expected, records }: EncodedAppend): AppendResult {
    if (this.tombstones.has(stream)) throw new StreamDeleted(stream)
    const revisions = this.placed.filter((record) => record.stream === stream)
    const last = revisions.at(-1)?.revision
    const retry = this.retryOf(stream, records)
    if (retry === 'other_facts') throw new WrongExpectedRevision(stream, expected, last ?? 'no_stream')
    if (retry !== undefined) return { revision: retry.revision, position: retry.position }
    if (!holds(expected, last)) throw new WrongExpectedRevision(stream, expected, last ?? 'no_stream')
    for (const { id, type, data, metadata } of records) {
      this.placed.push({
        id,
        type,
        stream,
        data: JSON.parse(data) as JsonObject,
        metadata: JSON.parse(metadata) as JsonObject,
        revision: (this.placed.findLast((record) => record.stream === stream)?.revision ?? -1) + 1,
        position: this.head + 1n,
        created: new Date(),
      })
    }
    this.wake()
    return { revision: (last ?? -1) + records.length, position: this.head }
  }

  private retryOf(
    stream: string,
    records: readonly { id: string }[],
  ): StoredRecord | 'other_facts' | undefined {
    const found = records.map(({ id }) => this.placed.find((record) => record.id === id))
    const known = found.filter((record) => record !== undefined)
    if (known.length === 0) return undefined
    if (known.some((record) => record.stream !== stream)) {
      throw new InvalidAppend(stream, 'the id of one of its records is of a fact in another stream')
    }
    const first = known[0]?.revision ?? 0
    return found.every((record, i) => record?.revision === first + i) ? known.at(-1) : 'other_facts'
  }

  tombstone(stream: string): void {
    this.tombstones.add(stream)
  }

  wake(): void {
    for (const resume of [...this.waiting]) resume()
  }

  /** Resolves at the next append, close, or when the signal aborts. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.waiting.delete(resume)
        signal.removeEventListener('abort', resume)
        resolve()
      }
      this.waiting.add(resume)
      signal.addEventListener('abort', resume)
      if (signal.aborted) resume()
    })
  }
}

function holds(expected: ExpectedRevision, last: number | undefined): boolean {
  if (expected === 'any') return true
  if (expected === 'no_stream') return last === undefined
  return expected === 'stream_exists' ? last !== undefined : last === expected
}

/** An event store in memory that means the same as the real ones; the behaviour suite of the port holds it to that. */
export class MemoryEventStore implements EventStore {
  private closed = false
  private readonly underWay = new Set<Promise<unknown>>()
  private readonly log: MemoryLog
  private readonly pause: () => Promise<unknown>

  /** @param pause the way to the store and back; a test that orders what overtakes what gives its own */
  constructor(log: MemoryLog, pause: () => Promise<unknown> = () => nextTurn()) {
    this.log = log
    this.pause = pause
  }

  append(stream: string, expected: ExpectedRevision, records: readonly NewRecord[]): Promise<AppendResult> {
    return this.run(() => {
      const append = encodeAppend(stream, expected, records)
      return () => this.log.append(append)
    })
  }

  readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    return this.run(() => () => {
      const all = this.log.records((record) => record.stream === stream)
      const lastRevision = all.at(-1)?.revision
      if (lastRevision === undefined) return { exists: false }
      const {
        direction = 'forwards',
        limit = Infinity,
        from = direction === 'forwards' ? 0 : lastRevision,
      } = options
      const records =
        direction === 'forwards'
          ? all.filter((record) => record.revision >= from)
          : all.filter((record) => record.revision <= from).reverse()
      return { exists: true, records: records.slice(0, limit), lastRevision }
    })
  }

  async *readCategory(category: string, options: { after?: Position; pageSize?: number } = {}) {
    yield* this.pages((record) => categoryOf(record.stream) === category, options)
  }

  async *readAll(options: { after?: Position; filter?: LogFilter; pageSize?: number } = {}) {
    yield* this.pages(wantedBy(options.filter), options)
  }

  private async *pages(
    wanted: (record: StoredRecord) => boolean,
    { after = BEGINNING, pageSize = PAGE_SIZE }: { after?: Position; pageSize?: number },
  ): AsyncGenerator<readonly StoredRecord[]> {
    const all = await this.run(
      () => () => this.log.records((record) => record.position > after && wanted(record)),
    )
    for (let i = 0; i < all.length; i += pageSize) yield all.slice(i, i + pageSize)
  }

  async *subscribe(options: {
    after: Position
    filter?: LogFilter
    signal: AbortSignal
  }): AsyncGenerator<readonly SubscriptionMessage[]> {
    this.requireOpen()
    const { signal } = options
    const wanted = wantedBy(options.filter)
    let upTo = options.after
    let live = false
    while (!signal.aborted && !this.closed) {
      const since = upTo
      const { head } = this.log
      const batch = this.log
        .records((record) => record.position > since && wanted(record))
        .slice(0, PAGE_SIZE)
      if (batch.length > 0) {
        upTo = batch.at(-1)?.position ?? upTo
        yield batch.map((record) => ({ kind: 'fact', record }))
      } else if (!live) {
        live = true
        upTo = head > upTo ? head : upTo
        yield [{ kind: 'caught_up', position: upTo }]
      } else {
        await this.log.change(signal)
      }
    }
  }

  head(): Promise<Position> {
    return this.run(() => () => this.log.head)
  }

  tombstone(stream: string): Promise<void> {
    return this.run(() => () => {
      this.log.tombstone(stream)
    })
  }

  async close(): Promise<void> {
    this.closed = true
    this.log.wake()
    await Promise.allSettled(this.underWay)
  }

  private requireOpen(): void {
    if (this.closed) throw new StoreUnavailable('the store is closed')
  }

  /** @param prepare checks before the call goes out, and says what is to be done when it arrives */
  private run<T>(prepare: () => () => T): Promise<T> {
    const call = async () => {
      this.requireOpen()
      const arrive = prepare()
      await this.pause()
      const answer = arrive()
      await this.pause()
      return answer
    }
    const done = call()
    this.underWay.add(done)
    const forget = () => this.underWay.delete(done)
    done.then(forget, forget)
    return done
  }
}

function wantedBy(filter: LogFilter | undefined): (record: StoredRecord) => boolean {
  if (filter === undefined) return () => true
  if ('streamPrefixes' in filter) {
    return (record) => filter.streamPrefixes.some((prefix) => record.stream.startsWith(prefix))
  }
  return (record) => filter.typePrefixes.some((prefix) => record.type.startsWith(prefix))
}
