import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { ByCategory } from './by-category.ts'
import { type Expected, Refused } from './refused.ts'
import { type Metadata, metadataOf, Stream, TOMBSTONE } from './stream.ts'

/** A record as it stands in the log of the server: a fact, a link, or one of the server's own. */
export interface LogRecord {
  readonly stream: string
  readonly revision: bigint
  /** Place in the log file, in bytes: positions grow, and their differences are not counts. */
  readonly position: bigint
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: Uint8Array
  readonly metadata: Uint8Array
  readonly created: Date
  /** Of a link: where it leads. */
  readonly target?: { readonly stream: string; readonly revision: bigint }
}

export interface NewRecord {
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

export interface Written {
  readonly revision: bigint
  readonly position: bigint
}

/** `MaxAppendSize` of a server that was not configured, in bytes. */
const MAX_APPEND_BYTES = 1_048_576

const NOTHING = new Uint8Array()

/** Between two records of the server about itself, in facts; a real one writes such a record every 30 s. */
const STATISTICS_EVERY = 8

/** What an EventStoreDB keeps, in memory. It outlives the server that answers from it, as a disk does. */
export class ServerLog {
  readonly records: LogRecord[] = []
  readonly byCategory = new ByCategory(this)
  readonly #streams = new Map<string, Stream>()
  /** Ids of facts by which a retry is known although it expects no exact revision. */
  #remembered = new Map<string, LogRecord>()
  #end = 0n
  #facts = 0
  readonly #written = new EventEmitter().setMaxListeners(0)

  constructor() {
    // As the first record of a new server; it has position 0.
    this.#writeOwn('$$$stats-127.0.0.1:2113', '$metadata', { $maxAge: 86_400 })
  }

  stream(name: string): Stream | undefined {
    return this.#streams.get(name)
  }

  /** @throws Refused */
  append(name: string, expected: Expected, events: readonly NewRecord[]): Written {
    const size = events.reduce(
      (sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length,
      0,
    )
    if (size > MAX_APPEND_BYTES) throw new Refused({ kind: 'too large', most: MAX_APPEND_BYTES })
    const stream = this.#open(name)
    if (stream.tombstoned) throw new Refused({ kind: 'deleted', stream: name })
    const retried = this.#earlier(stream, expected, events)
    if (retried !== undefined) return retried
    stream.assertExpected(expected)
    let last: LogRecord | undefined
    for (const event of events) last = this.#write(stream, event)
    this.#written.emit('written')
    return last ?? { revision: stream.last, position: this.#end }
  }

  /** Hides all there is in a stream; it may be written again, and goes on counting. @throws Refused */
  softDelete(name: string, expected: Expected): Written {
    const stream = this.#open(name)
    if (stream.tombstoned) throw new Refused({ kind: 'deleted', stream: name })
    stream.assertExpected(expected)
    const written = this.#writeOwn(`$$${name}`, '$metadata', {
      ...stream.metadata,
      $tb: TOMBSTONE.toString(),
    })
    stream.softDelete()
    return written
  }

  /** Ends a stream for ever, existing or not. @throws Refused */
  tombstone(name: string, expected: Expected): Written {
    const stream = this.#open(name)
    if (stream.tombstoned) throw new Refused({ kind: 'deleted', stream: name })
    stream.assertExpected(expected)
    stream.tombstoned = true
    const record = this.#add({ stream: name, revision: TOMBSTONE, type: '$streamDeleted', json: true })
    this.#written.emit('written')
    return record
  }

  /** Writes the link that the projection `$by_category` keeps for a record. */
  link(category: string, target: LogRecord): void {
    const stream = this.#open(`$ce-${category}`)
    const data = Buffer.from(`${String(target.revision)}@${target.stream}`)
    this.#write(stream, { id: randomUUID(), type: '$>', json: false, data, metadata: NOTHING }, target)
    this.#written.emit('written')
  }

  /** @returns the record that a link leads to, unless it is no longer there; any other record itself */
  resolve(record: LogRecord): LogRecord | undefined {
    if (record.target === undefined) return record
    const stream = this.#streams.get(record.target.stream)
    return stream?.isVisible(record.target.revision) === true ? stream.at(record.target.revision) : undefined
  }

  /** @returns the index in `records` of the first one at `position` or after it */
  indexOf(position: bigint): number {
    let [low, high] = [0, this.records.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.records[middle]?.position ?? 0n) < position) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Resolves with the next append, or when `signal` aborts. */
  async next(signal: AbortSignal): Promise<void> {
    await once(this.#written, 'written', { signal }).catch(() => undefined)
  }

  /** As after a restart or a change of leader: only exact revisions still tell a retry. */
  forgetIds(): void {
    this.#remembered = new Map()
  }

  /** Writes a record of the server about itself. */
  writeStatistics(): void {
    this.#writeOwn('$stats-127.0.0.1:2113', '$statsCollected', { 'proc-mem': 1 })
    this.#written.emit('written')
  }

  #open(name: string): Stream {
    const stream = this.#streams.get(name) ?? new Stream(name)
    this.#streams.set(name, stream)
    return stream
  }

  /** @returns what the same append was answered before. */
  #earlier(stream: Stream, expected: Expected, events: readonly NewRecord[]): Written | undefined {
    const [first] = events
    if (first === undefined) return undefined
    const from = typeof expected === 'bigint' ? expected + 1n : expected === 'no stream' ? 0n : undefined
    const start = from ?? this.#remembered.get(first.id)?.revision
    if (start === undefined || (from !== undefined && start > stream.last)) return undefined
    const there = events.map((_, i) => stream.at(start + BigInt(i)))
    const same = events.every((event, i) => there[i]?.id === event.id)
    return same ? there.at(-1) : undefined
  }

  #write(stream: Stream, event: NewRecord, target?: LogRecord): LogRecord {
    const link = target === undefined ? {} : { target: { stream: target.stream, revision: target.revision } }
    const record = this.#add({ ...event, ...link, stream: stream.name, revision: stream.last + 1n })
    stream.add(record)
    if (stream.name.startsWith('$$')) this.#applyMetadata(stream.name.slice(2), metadataOf(record))
    if (stream.name.startsWith('$')) return record
    this.#remembered.set(record.id, record)
    this.byCategory.see(record)
    this.#facts += 1
    if (this.#facts % STATISTICS_EVERY === 0) this.writeStatistics()
    return record
  }

  #applyMetadata(name: string, metadata: Metadata): void {
    this.#open(name).metadata = metadata
  }

  #writeOwn(name: string, type: string, content: object): LogRecord {
    const data = Buffer.from(JSON.stringify(content))
    return this.#write(this.#open(name), { id: randomUUID(), type, json: true, data, metadata: NOTHING })
  }

  #add(
    record: Partial<NewRecord> & Pick<LogRecord, 'stream' | 'revision' | 'type' | 'json' | 'target'>,
  ): LogRecord {
    const { id = randomUUID(), data = NOTHING, metadata = NOTHING } = record
    const added = { ...record, id, data, metadata, position: this.#end, created: new Date() }
    this.#end += BigInt(100 + data.length + metadata.length)
    this.records.push(added)
    return added
  }
}
