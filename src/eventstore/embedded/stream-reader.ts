import { setImmediate as afterThisTurn } from 'node:timers/promises'
import type { StoredRecord, StreamSlice } from '../port.ts'
import type { Connections } from './connection.ts'
import { RECORD_COLUMNS, recordOf, type RecordRow } from './row.ts'

export interface SliceRequest {
  readonly stream: string
  readonly backwards: boolean
  /** First revision wanted; `undefined` is the first (forwards) or the last (backwards). */
  readonly from: number | undefined
  readonly limit: number | undefined
}

/** Most different slices of one query, and most queries at a time: two keep both sides of the connection busy. */
const MAX_SLICES = 100
const MAX_QUERIES = 2

/** Revisions are `integer` in the database. */
const LAST_POSSIBLE = 2_147_483_647

/**
 * Many slices in one round trip. Each LATERAL is a walk along the index (stream, revision) that ends at its limit; a
 * stream without facts or with a tombstone gives no row, a slice past the end gives one row without a record. The rows
 * are put in order here: they come in it, and sorting wide rows in the database again cost a third of the query.
 */
const slicesSql = (order: 'ASC' | 'DESC'): string => `
  SELECT wanted.n, last.revision, ${RECORD_COLUMNS}
  FROM unnest($1::text[], $2::integer[], $3::integer[]) WITH ORDINALITY AS wanted (stream, bound, most, n)
  CROSS JOIN LATERAL (
    SELECT revision FROM eventstore.events s WHERE s.stream = wanted.stream ORDER BY s.revision DESC LIMIT 1
  ) AS last
  LEFT JOIN LATERAL (
    SELECT * FROM eventstore.events s
    WHERE s.stream = wanted.stream AND s.revision ${order === 'ASC' ? '>=' : '<='} wanted.bound
    ORDER BY s.revision ${order} LIMIT wanted.most
  ) AS e ON true
  WHERE NOT EXISTS (SELECT FROM eventstore.tombstones t WHERE t.stream = wanted.stream)`

const FORWARDS = slicesSql('ASC')
const BACKWARDS = slicesSql('DESC')

type SliceRow = [n: string, lastRevision: number, ...(RecordRow | null[])]

interface PendingSlice {
  readonly request: SliceRequest
  readonly result: Promise<StreamSlice>
  readonly resolve: (slice: StreamSlice) => void
  readonly reject: (error: unknown) => void
}

/**
 * Reads of streams that are asked for in the same turn of the event loop, or while earlier ones are under way, go out as
 * one query; the same slice asked for twice before it is sent is read once. Never answers from before the request.
 */
export class StreamReader {
  readonly #connections: Connections
  readonly #waiting = new Map<string, PendingSlice>()
  readonly #under: Set<Promise<void>> = new Set()

  constructor(connections: Connections) {
    this.#connections = connections
  }

  read(request: SliceRequest): Promise<StreamSlice> {
    const key = JSON.stringify([request.stream, request.backwards, request.from, request.limit])
    const same = this.#waiting.get(key)
    if (same !== undefined) return same.result
    const { promise, resolve, reject } = Promise.withResolvers<StreamSlice>()
    this.#waiting.set(key, { request, result: promise, resolve, reject })
    if (this.#under.size < MAX_QUERIES) this.#start()
    return promise
  }

  /** Resolves when no read is waiting or under way. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under)
  }

  #start(): void {
    const work = this.#drain().finally(() => this.#under.delete(work))
    this.#under.add(work)
  }

  async #drain(): Promise<void> {
    await afterThisTurn()
    while (this.#waiting.size > 0) {
      const batch: PendingSlice[] = []
      for (const [key, pending] of this.#waiting) {
        if (batch.length === MAX_SLICES) break
        this.#waiting.delete(key)
        batch.push(pending)
      }
      const directions = [batch.filter((p) => !p.request.backwards), batch.filter((p) => p.request.backwards)]
      for (const group of directions) if (group.length > 0) await this.#answer(group)
    }
  }

  async #answer(batch: readonly PendingSlice[]): Promise<void> {
    try {
      const slices = await this.#query(batch.map((pending) => pending.request))
      batch.forEach((pending, i) => {
        pending.resolve(slices[i] ?? { exists: false })
      })
    } catch (error) {
      for (const pending of batch) pending.reject(error)
    }
  }

  async #query(requests: readonly SliceRequest[]): Promise<(StreamSlice | undefined)[]> {
    const backwards = requests[0]?.backwards === true
    const { rows } = await this.#connections.use((client) =>
      client.query<SliceRow>({
        name: backwards ? 'eventstore-slices-backwards' : 'eventstore-slices-forwards',
        text: backwards ? BACKWARDS : FORWARDS,
        values: [
          requests.map((request) => request.stream),
          requests.map((request) => Math.min(request.from ?? (backwards ? LAST_POSSIBLE : 0), LAST_POSSIBLE)),
          requests.map((request) => Math.min(request.limit ?? LAST_POSSIBLE, LAST_POSSIBLE)),
        ],
        rowMode: 'array',
      }),
    )
    const slices: ({ exists: true; records: StoredRecord[]; lastRevision: number } | undefined)[] = []
    for (const [n, lastRevision, ...row] of rows) {
      const slice = (slices[Number(n) - 1] ??= { exists: true, records: [], lastRevision })
      if (row[0] !== null) slice.records.push(recordOf(row as RecordRow))
    }
    for (const slice of slices) slice?.records.sort(backwards ? descending : ascending)
    return slices
  }
}

function ascending(a: StoredRecord, b: StoredRecord): number {
  return a.revision - b.revision
}

function descending(a: StoredRecord, b: StoredRecord): number {
  return b.revision - a.revision
}
