import type { EventStore, Position, StoredRecord } from '../eventstore/port.ts'

export interface Count {
  readonly name: string
  readonly facts: number
  /** Data and metadata, as JSON in UTF-8. */
  readonly bytes: number
}

export interface Place {
  readonly position: Position
  /** ISO 8601: when the store took it in. */
  readonly created: string
}

export interface LogStats {
  readonly facts: number
  readonly bytes: number
  /** Facts with a part that is sealed with the key of a person. */
  readonly sealed: number
  readonly streams: number
  /** Streams of events count as one category, `event`, whichever the event. */
  readonly categories: readonly Count[]
  readonly types: readonly Count[]
  /** Those with the most facts. */
  readonly longest: readonly Count[]
  readonly first: Place | null
  readonly last: Place | null
}

const LONGEST = 5

/** Reads the whole log and counts. @param onProgress told after each page */
export async function statsOf(
  store: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
  onProgress?: (facts: number, position: Position) => void,
): Promise<LogStats> {
  const [types, categories, streams] = [new Tally(), new Tally(), new Tally()]
  const total = { facts: 0, bytes: 0, sealed: 0 }
  let first: StoredRecord | undefined
  let last: StoredRecord | undefined
  for await (const page of store.readAll({ pageSize: 2_000 })) {
    signal.throwIfAborted()
    for (const record of page) {
      const bytes = sizeOf(record)
      types.add(record.type, bytes)
      categories.add(kindOf(record.stream), bytes)
      streams.add(record.stream, bytes)
      total.facts += 1
      total.bytes += bytes
      if ('$sealed' in record.data) total.sealed += 1
    }
    first ??= page[0]
    last = page.at(-1) ?? last
    onProgress?.(total.facts, last?.position ?? 0n)
  }
  return {
    ...total,
    streams: streams.size,
    categories: categories.counts(),
    types: types.counts(),
    longest: streams.counts().slice(0, LONGEST),
    first: placeOf(first),
    last: placeOf(last),
  }
}

class Tally {
  readonly #counts = new Map<string, { facts: number; bytes: number }>()

  get size(): number {
    return this.#counts.size
  }

  add(name: string, bytes: number): void {
    const count = this.#counts.get(name)
    if (count === undefined) this.#counts.set(name, { facts: 1, bytes })
    else {
      count.facts += 1
      count.bytes += bytes
    }
  }

  /** The largest first. */
  counts(): Count[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, ...count }))
      .toSorted((a, b) => b.facts - a.facts || a.name.localeCompare(b.name))
  }
}

function sizeOf({ data, metadata }: StoredRecord): number {
  return Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata))
}

/** `event` for `event.<id>-guest.<id>`, the name itself for a stream in no category. */
function kindOf(stream: string): string {
  return /^[^.-]+/.exec(stream.includes('-') ? stream : '')?.[0] ?? stream
}

const placeOf = (record: StoredRecord | undefined): Place | null =>
  record === undefined ? null : { position: record.position, created: record.created.toISOString() }
