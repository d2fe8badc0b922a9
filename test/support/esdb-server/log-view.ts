import type { EventStore, StoredRecord } from '../../../src/eventstore/port.ts'
import type { WireRecord } from './wire.ts'

/** Distance of two facts in the log of the server: positions are places in a file, not counts. */
const SPACING = 1_024n

/**
 * The facts of the embedded store as a log of EventStoreDB: spread out, with a record of the server itself after each
 * fact, and a `$streamDeleted` record in the stream for each tombstone.
 */
export class LogView {
  readonly store: EventStore
  /** Streams tombstoned after the fact with this position. */
  readonly #tombstones = new Map<bigint, string[]>()

  constructor(store: EventStore) {
    this.store = store
  }

  async tombstone(stream: string): Promise<void> {
    await this.store.tombstone(stream)
    const head = await this.store.head()
    this.#tombstones.set(head, [...(this.#tombstones.get(head) ?? []), stream])
  }

  /** @returns the position of the embedded store after which everything after `position` of this log comes. */
  storeAfter(position: bigint): bigint {
    return position <= 0n ? 0n : (position - 1n) / SPACING
  }

  positionOf(storePosition: bigint): bigint {
    return storePosition * SPACING
  }

  factOf(record: StoredRecord): WireRecord {
    return {
      ...record,
      position: this.positionOf(record.position),
      json: true,
      data: JSON.stringify(record.data),
      metadata: JSON.stringify(record.metadata),
    }
  }

  /** What stands in the log from after the fact before this one up to the next. */
  *around(record: StoredRecord): Generator<WireRecord> {
    const tombstones = this.#tombstones.get(record.position - 1n) ?? []
    for (const [i, stream] of tombstones.entries()) {
      const position = this.positionOf(record.position - 1n) + 2n + BigInt(i)
      yield { ...own(record), stream, type: '$streamDeleted', position, revision: 2 ** 31 - 1 }
    }
    const fact = this.factOf(record)
    yield fact
    yield {
      ...own(record),
      stream: '$stats-127.0.0.1',
      type: '$statsCollected',
      position: fact.position + 1n,
    }
  }

  /** Records after `after`, in order. */
  async *after(after: bigint): AsyncGenerator<WireRecord> {
    for await (const page of this.store.readAll({ after: this.storeAfter(after) })) {
      for (const record of page) {
        for (const wire of this.around(record)) if (wire.position > after) yield wire
      }
    }
  }

  /** Records before or at `upTo`, the last first. */
  async *backwards(upTo: bigint | undefined): AsyncGenerator<WireRecord> {
    let last = await this.store.head()
    if (upTo !== undefined && upTo / SPACING + 1n < last) last = upTo / SPACING + 1n
    for (const step = 5n; last > 0n; last -= step) {
      const window: WireRecord[] = []
      for await (const page of this.store.readAll({
        after: last > step ? last - step : 0n,
        pageSize: Number(step),
      })) {
        for (const record of page) if (record.position <= last) window.push(...this.around(record))
        if ((page.at(-1)?.position ?? last) >= last) break
      }
      for (const wire of window.reverse()) if (upTo === undefined || wire.position <= upTo) yield wire
    }
  }
}

function own(record: StoredRecord) {
  return {
    id: record.id,
    revision: record.revision,
    json: true,
    data: '{}',
    metadata: '',
    created: record.created,
  }
}
