import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { BadBackup, END_OF_ROWS, headerSchema, nameOf, trailerSchema, type Header } from './format.ts'

const LINE_FEED = 0x0a

/** Takes lines, or everything up to a line, from a file; in memory is only what was not taken yet. */
export class BackupReader {
  readonly #chunks: AsyncIterator<Buffer>
  readonly #hash = createHash('sha256')
  #rest: Buffer = Buffer.alloc(0)
  #over = false

  constructor(file: string) {
    const raw = createReadStream(file)
    const input = raw.pipe(createGunzip())
    raw.on('error', (error) => input.destroy(error))
    this.#chunks = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  }

  /** @throws BadBackup */
  async header(): Promise<Header> {
    return parse(headerSchema, await this.line(), 'This is not a backup of GuestGuard')
  }

  /** @returns the next line without its end. @throws BadBackup at the end of the file */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(LINE_FEED)
      if (end !== -1)
        return this.#take(end + 1)
          .subarray(0, -1)
          .toString('utf8')
      await this.#more()
    }
  }

  /** The rows of a table, whole ones, up to the line that ends them. */
  async *rows(): AsyncGenerator<Buffer, void, undefined> {
    const end = Buffer.from(`${END_OF_ROWS}\n`)
    for (;;) {
      if (this.#rest.subarray(0, end.length).equals(end)) {
        this.#take(end.length)
        return
      }
      const at = this.#rest.indexOf(`\n${END_OF_ROWS}\n`)
      const upTo = at === -1 ? this.#rest.lastIndexOf(LINE_FEED) : at
      if (upTo !== -1) yield this.#take(upTo + 1)
      else await this.#more()
    }
  }

  /** SHA-256 of what was taken so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    if (this.#rest.length > 0) return false
    return (await this.#chunks.next()).done === true
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes)
    this.#rest = this.#rest.subarray(bytes)
    this.#hash.update(taken)
    return taken
  }

  async #more(): Promise<void> {
    if (this.#over) throw new BadBackup('The backup is not whole: it ends before its last line.')
    const next = await this.#chunks.next().catch((error: unknown) => {
      throw new BadBackup(
        `The backup cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      )
    })
    if (next.done === true) this.#over = true
    else this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value])
  }
}

/** Reads a backup to its end and compares its checksum. @throws BadBackup */
export async function checkBackup(file: string, signal: AbortSignal): Promise<Header> {
  const reader = new BackupReader(file)
  try {
    const header = await reader.header()
    for (const table of header.tables) {
      await expectTable(reader, nameOf(table))
      for await (const _ of reader.rows()) signal.throwIfAborted()
    }
    const digest = reader.digest()
    const { sha256 } = parse(trailerSchema, await reader.line(), 'The last line is not valid')
    if (sha256 !== digest)
      throw new BadBackup('The checksum at the end is that of another content: the file was changed.')
    if (!(await reader.atEnd())) throw new BadBackup('Something follows the end of the backup.')
    return header
  } finally {
    await reader.close()
  }
}

/** @throws BadBackup when the next line does not begin the rows of this table */
export async function expectTable(reader: BackupReader, name: string): Promise<void> {
  const { table } = parse(z.strictObject({ table: z.string() }), await reader.line(), 'A table is missing')
  if (table !== name) throw new BadBackup(`The rows of ${table} stand where those of ${name} are due.`)
}

function parse<T extends z.ZodType>(schema: T, line: string, complaint: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(line))
  } catch {
    throw new BadBackup(`${complaint}.`)
  }
}
