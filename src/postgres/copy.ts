import { once } from 'node:events'
import type { Connection, Submittable } from 'pg'
import type { PoolClient } from './pool.ts'

/**
 * COPY in its text format, which the driver leaves to others: the messages of
 * https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-COPY
 */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** Bytes that may wait for a slow reader before the server is made to wait. */
const HIGH_WATER = 1_000_000

/** What both directions share: the end of the statement, with or without an error. */
class CopyStatement implements Submittable {
  readonly done: Promise<undefined>
  protected connection: CopyConnection | undefined
  readonly #text: string
  readonly #finished = Promise.withResolvers<undefined>()

  constructor(text: string) {
    this.#text = text
    this.done = this.#finished.promise
    this.done.catch(() => undefined)
  }

  submit(connection: Connection): void {
    this.connection = connection as CopyConnection
    connection.query(this.#text)
  }

  handleError(error: Error): void {
    this.#finished.reject(error)
  }

  handleReadyForQuery(): void {
    this.#finished.resolve(undefined)
  }

  handleCommandComplete(): void {
    // The end follows.
  }
}

class CopyOut extends CopyStatement {
  #chunks: Buffer[] = []
  #bytes = 0
  #wake: () => void = () => undefined
  #over = false

  constructor(text: string) {
    super(text)
    const end = (): void => {
      this.#over = true
      this.#wake()
    }
    this.done.then(end, end)
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // The driver reads the next message into the same memory.
    this.#chunks.push(Buffer.from(chunk))
    this.#bytes += chunk.length
    if (this.#bytes > HIGH_WATER) this.connection?.stream.pause()
    this.#wake()
  }

  /** @returns what has come since, undefined at the end. @throws what the statement failed with */
  async take(): Promise<Buffer | undefined> {
    while (this.#chunks.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#chunks.length === 0) {
      await this.done
      return undefined
    }
    const taken = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#bytes = 0
    this.connection?.stream.resume()
    return taken
  }
}

class CopyIn extends CopyStatement {
  readonly #source: AsyncIterable<Buffer | string>

  constructor(text: string, source: AsyncIterable<Buffer | string>) {
    super(text)
    this.#source = source
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#send(connection).catch((error: unknown) => {
      connection.sendCopyFail(error instanceof Error ? error.message : String(error))
    })
  }

  async #send(connection: CopyConnection): Promise<void> {
    for await (const chunk of this.#source) {
      connection.sendCopyFromChunk(Buffer.from(chunk))
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain')
    }
    connection.endCopyFrom()
  }
}

/**
 * Runs `COPY (…) TO STDOUT`.
 * @returns whole rows, each ending in a line feed, some at a time; read it to its end, or release the client as broken
 */
export async function* copyOut(client: PoolClient, sql: string): AsyncGenerator<Buffer, void, undefined> {
  const statement = client.query(new CopyOut(sql))
  for (let chunk = await statement.take(); chunk !== undefined; chunk = await statement.take()) yield chunk
}

/** Runs `COPY … FROM STDIN`. @throws the error of PostgreSQL, or one that quotes the message of the source's */
export async function copyIn(
  client: PoolClient,
  sql: string,
  source: AsyncIterable<Buffer | string>,
): Promise<void> {
  await client.query(new CopyIn(sql, source)).done
}
