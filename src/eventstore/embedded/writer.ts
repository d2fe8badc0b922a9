import type { PoolClient } from '../../postgres/pool.ts'
import type { EncodedAppend } from '../encode.ts'
import { writeAlone } from './write-alone.ts'
import { writeBatch, type Mark, type WrittenBatch } from './write-batch.ts'

/**
 * Writes batches in one round trip while this process is the only writer, and in four, with a look under the lock, while
 * it is not: a batch that found the log as this writer left it makes the next one go the short way.
 */
export class Writer {
  #mark: Mark | undefined
  #alone = false

  /** Safe to do again after any error, as `writeBatch`. */
  async write(client: PoolClient, batch: readonly EncodedAppend[]): Promise<WrittenBatch> {
    const mark = this.#mark
    if (this.#alone && mark !== undefined) {
      // Whatever an error leaves in doubt, the long way finds out.
      this.#alone = false
      const written = await writeAlone(client, batch, mark)
      if (written !== undefined) {
        this.#mark = { ...mark, position: written.placed.at(-1)?.position ?? mark.position }
        this.#alone = true
        return written
      }
    }
    const written = await writeBatch(client, batch)
    this.#alone = same(written.before, mark)
    this.#mark = written.after
    return written
  }
}

function same(a: Mark, b: Mark | undefined): boolean {
  return a.position === b?.position && a.tombstones === b.tombstones
}
