import type { Log } from '../../postgres/log.ts'
import type { Position, StoredRecord } from '../port.ts'
import { recordOf, type RecordRow } from './row.ts'
import type { WrittenBatch } from './write-batch.ts'

/** What the tail keeps in memory for the live subscriptions of this process, in records and bytes of JSON. */
const MAX_RECORDS = 5_000
const MAX_BYTES = 16_000_000

type ReadRows = (after: Position, upTo: Position) => Promise<readonly RecordRow[]>

/**
 * Parsed when the first subscriber comes for it, then shared by all. The text is let go of then: kept beside the record it was
 * half of what garbage collections in a rush of openings had to copy (heap profile).
 */
interface TailEntry {
  content: { readonly row: RecordRow } | { readonly record: StoredRecord }
  /** Of the text. */
  readonly bytes: number
}

/**
 * The last facts of the log, shared by all live subscriptions of the process: each new fact is read from the database
 * at most once however many subscribe, and not at all when this process wrote it. Holds one unbroken run of positions
 * that ends at `head`.
 */
export class Tail {
  readonly #read: ReadRows
  readonly #log: Log
  readonly #waiters = new Set<() => void>()
  #entries: TailEntry[] = []
  #bytes = 0
  #head: Position
  /** Furthest position that is known to be in the database. */
  #target: Position
  #filling = false

  constructor(head: Position, read: ReadRows, log: Log) {
    this.#head = head
    this.#target = head
    this.#read = read
    this.#log = log
  }

  /** Everything up to here may be read, from `slice` or from the database. */
  get head(): Position {
    return this.#head
  }

  /** @returns the records after `after`, at most `limit`, or `undefined` when the tail does not reach back so far. */
  slice(after: Position, limit: number): readonly StoredRecord[] | undefined {
    const missing = Number(after - (this.#head - BigInt(this.#entries.length)))
    if (missing < 0) return undefined
    return this.#entries.slice(missing, missing + limit).map(recordIn)
  }

  /** Takes what this process has just written. */
  wrote({ placed, created }: WrittenBatch): void {
    const first = placed[0]
    const last = placed.at(-1)
    if (first === undefined || last === undefined) return
    // Another process may have written in between: then the run would break, and the database is asked for the rest.
    if (first.position !== this.#head + 1n || this.#filling) {
      this.reached(last.position)
      return
    }
    const createdMs = created.getTime()
    this.#extend(
      placed.map(({ position, stream, revision, id, type, data, metadata }) => {
        return [String(position), stream, revision, id, type, data, metadata, createdMs]
      }),
    )
  }

  /** The log is known to have come to `position`, written by another process or in a commit that was in doubt. */
  reached(position: Position): void {
    if (position <= this.#target) return
    this.#target = position
    if (!this.#filling) void this.#fill()
  }

  /** Resolves at the next change of `head`, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiters.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  async #fill(): Promise<void> {
    this.#filling = true
    try {
      while (this.#head < this.#target) {
        const upTo = this.#target
        if (upTo - this.#head > MAX_RECORDS) this.#restartAt(upTo)
        else this.#extend(await this.#read(this.#head, upTo))
      }
    } catch (error) {
      // The next poll finds the same head again and comes back here.
      this.#target = this.#head
      this.#log.warn({ error: String(error) }, 'the end of the event log cannot be read')
    } finally {
      this.#filling = false
    }
  }

  /** Too far behind to catch up in memory: subscribers read the gap from the database, each at its own pace. */
  #restartAt(position: Position): void {
    this.#entries = []
    this.#bytes = 0
    this.#head = position
    this.#wake()
  }

  #extend(rows: readonly RecordRow[]): void {
    if (rows[0]?.[0] !== String(this.#head + 1n))
      throw new Error(`the log has a gap after ${String(this.#head)}`)
    for (const row of rows) {
      const bytes = row[5].length + row[6].length
      this.#entries.push({ content: { row }, bytes })
      this.#bytes += bytes
    }
    this.#head += BigInt(rows.length)
    if (this.#target < this.#head) this.#target = this.#head
    this.#trim()
    this.#wake()
  }

  /** Drops a tenth at a time: to take single entries off the front of an array costs as much as to take many. */
  #trim(): void {
    if (this.#entries.length <= MAX_RECORDS && this.#bytes <= MAX_BYTES) return
    let drop = 0
    for (const { bytes } of this.#entries) {
      if (this.#entries.length - drop <= 0.9 * MAX_RECORDS && this.#bytes <= 0.9 * MAX_BYTES) break
      this.#bytes -= bytes
      drop += 1
    }
    if (drop > 0) this.#entries.splice(0, drop)
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake()
  }
}

function recordIn(entry: TailEntry): StoredRecord {
  if ('record' in entry.content) return entry.content.record
  const record = recordOf(entry.content.row)
  entry.content = { record }
  return record
}
