import { BEGINNING, type Position } from '../port.ts'
import type { Connection } from './connection.ts'
import { isTransient } from './errors.ts'

const NAME = '$by_category'

/** States of a projection in which it works or is about to. */
const WORKING = ['Running', 'Starting', 'Preparing', 'Writing']

export interface AdapterLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/**
 * The system projection of the server that links every fact of a category into one stream. The server has it but does not
 * run it unless it is told to; this starts it.
 */
export class ByCategory {
  readonly #connection: Connection
  readonly #log: AdapterLog
  #warned = false

  constructor(connection: Connection, log: AdapterLog) {
    this.#connection = connection
    this.#log = log
  }

  /**
   * Starts the projection when it does not run. When it may not, that is told once: reading a category then stays complete
   * and becomes slow.
   * @returns the position up to which it has certainly linked every fact, `BEGINNING` when that is not known
   */
  async linkedUpTo(): Promise<Position> {
    const { client } = this.#connection
    try {
      const found = await client.getProjectionStatus(NAME)
      if (!WORKING.includes(found.projectionStatus)) {
        await client.enableProjection(NAME)
        this.#log.info({ was: found.status }, 'started the projection $by_category of EventStoreDB')
      }
      // Links are written out before a checkpoint is: the position that it has read up to is further on.
      const [, commit = '-1'] = /^C:(\d+)\/P:/.exec(found.lastCheckpoint) ?? []
      return BigInt(commit) > 0n ? BigInt(commit) : BEGINNING
    } catch (error) {
      if (!isTransient(error)) this.#warn(error)
      return BEGINNING
    }
  }

  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    const reason = error instanceof Error ? error.message : String(error)
    this.#log.warn(
      { reason },
      'the projection $by_category of EventStoreDB cannot be looked after, so the history of an event may be read by' +
        ' going through the whole log: run the server with --run-projections=System, and let EVENTSTORE_URL name a' +
        ' user of the group $ops or $admins',
    )
  }
}
