import { setImmediate as afterThisTurn } from 'node:timers/promises'
import type { EncodedAppend } from '../encode.ts'
import { type AppendResult, StoreUnavailable } from '../port.ts'
import type { Connections } from './connection.ts'
import type { WrittenBatch } from './write-batch.ts'
import { Writer } from './writer.ts'

/**
 * Most records and bytes of one transaction. Past 500 records a batch measured no faster and only makes each append
 * wait longer; the bytes keep 1 MB facts from adding up to a statement of hundreds of MB.
 */
const MAX_BATCH_RECORDS = 500
const MAX_BATCH_BYTES = 4_000_000

interface PendingAppend {
  readonly append: EncodedAppend
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: appends that arrive while a transaction is under way wait for it and then go together into the next.
 * Alone, an append waits for nobody; with many writers the cost of a commit is shared by all of them.
 */
export class Appender {
  readonly #connections: Connections
  readonly #writer = new Writer()
  readonly #onWritten: (written: WrittenBatch) => void
  #waiting: PendingAppend[] = []
  #flushing: Promise<void> | undefined

  constructor(connections: Connections, onWritten: (written: WrittenBatch) => void) {
    this.#connections = connections
    this.#onWritten = onWritten
  }

  append(append: EncodedAppend): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Resolves when no append is waiting or under way. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing
  }

  async #flush(): Promise<void> {
    // Appends of callers that are about to run in this turn of the event loop belong into the first batch.
    await afterThisTurn()
    while (this.#waiting.length > 0) await this.#write(this.#takeBatch())
    this.#flushing = undefined
  }

  #takeBatch(): PendingAppend[] {
    let records = 0
    let bytes = 0
    let count = 0
    for (const { append } of this.#waiting) {
      records += append.records.length
      bytes += append.bytes
      if (count > 0 && (records > MAX_BATCH_RECORDS || bytes > MAX_BATCH_BYTES)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #write(batch: readonly PendingAppend[]): Promise<void> {
    const appends = batch.map((pending) => pending.append)
    try {
      const written = await this.#connections.use((client) => this.#writer.write(client, appends))
      this.#onWritten(written)
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = written.outcomes[i]
        if (outcome?.accepted === true) resolve(outcome.result)
        else reject(outcome?.error)
      })
    } catch (error) {
      await this.#writeApart(batch, error)
    }
  }

  /** A database that refuses a batch for what is in one append must not refuse the others for it. */
  async #writeApart(batch: readonly PendingAppend[], error: unknown): Promise<void> {
    if (batch.length > 1 && !(error instanceof StoreUnavailable)) {
      for (const pending of batch) await this.#write([pending])
    } else {
      for (const pending of batch) pending.reject(error)
    }
  }
}
