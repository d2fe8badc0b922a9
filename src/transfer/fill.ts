import { MAX_RECORD_BYTES, WrongExpectedRevision, type EventStore } from '../eventstore/port.ts'
import { ContentDigest, contentOf, type Moved } from './fact-line.ts'

/** The log that is to be filled holds something else than the beginning of the one it is filled from. */
export class NotTheSameLog extends Error {
  constructor(at: number, why: string) {
    super(
      `The log to fill is not empty, and its fact ${String(at)} is not that of the other (${why}). Nothing was written.`,
    )
    this.name = 'NotTheSameLog'
  }
}

export interface FillOptions {
  /** In the order of the log. */
  readonly from: AsyncIterable<readonly Moved[]>
  readonly to: Pick<EventStore, 'append' | 'readAll'>
  /**
   * Whether appends that are made at once are written in the order in which they were made, and together or not at all,
   * as the embedded store does with a batch. Others get one after the other.
   */
  readonly ordered: boolean
  readonly signal: AbortSignal
  /** Told how many facts were seen, whether written or found there. */
  readonly onProgress?: (facts: number) => void
}

export interface Filled {
  readonly facts: number
  /** Of them, those that were there before. */
  readonly found: number
  readonly digest: string
}

/** Facts and bytes that are appended at once: within what the embedded store writes in one transaction. */
const CHUNK_FACTS = 400
const CHUNK_BYTES = 3_000_000

/**
 * Appends facts to a log with their ids and revisions, in their order. What the log holds already must be the
 * beginning of it, and is skipped: a filling that was cut off goes on where it was, and one that is done does nothing.
 * @throws NotTheSameLog before anything is written
 */
export async function fill({ from, to, ordered, signal, onProgress }: FillOptions): Promise<Filled> {
  const there = new Cursor(to.readAll({ pageSize: 2_000 }))
  const digest = new ContentDigest()
  let found = 0
  for await (const page of from) {
    const missing: Moved[] = []
    for (const fact of page) {
      signal.throwIfAborted()
      digest.add(fact)
      const existing = missing.length > 0 ? undefined : await there.next()
      if (existing === undefined) missing.push(fact)
      else if (contentOf(existing) === contentOf(fact)) found += 1
      else throw new NotTheSameLog(digest.count, `${existing.stream}@${String(existing.revision)}`)
    }
    for (const chunk of chunksOf(missing)) {
      signal.throwIfAborted()
      await appendAll(to, chunk, ordered)
    }
    onProgress?.(digest.count)
  }
  if ((await there.next()) !== undefined && found === digest.count)
    throw new NotTheSameLog(digest.count + 1, 'it has more facts')
  return { facts: digest.count, found, digest: digest.hex() }
}

/** Reads a log again and digests it, to be compared with what was put in. */
export async function digestOf(
  store: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
  onProgress?: (facts: number) => void,
): Promise<{ facts: number; digest: string }> {
  const digest = new ContentDigest()
  for await (const page of store.readAll({ pageSize: 2_000 })) {
    signal.throwIfAborted()
    for (const record of page) digest.add(record)
    onProgress?.(digest.count)
  }
  return { facts: digest.count, digest: digest.hex() }
}

/** Reads what is there one by one, and never again once its end was seen: what comes later was put there by `fill`. */
class Cursor {
  readonly #pages: AsyncIterator<readonly Moved[]>
  #page: readonly Moved[] = []
  #at = 0
  #over = false

  constructor(pages: AsyncIterable<readonly Moved[]>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  async next(): Promise<Moved | undefined> {
    while (!this.#over && this.#at === this.#page.length) {
      const next = await this.#pages.next()
      this.#over = next.done === true
      this.#page = next.done === true ? [] : next.value
      this.#at = 0
    }
    return this.#page[this.#at++]
  }
}

function* chunksOf(facts: readonly Moved[]): Generator<readonly Moved[], void, undefined> {
  let chunk: Moved[] = []
  let bytes = 0
  for (const fact of facts) {
    const size = sizeOf(fact)
    if (chunk.length > 0 && (chunk.length === CHUNK_FACTS || bytes + size > CHUNK_BYTES)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(fact)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

const sizeOf = ({ type, data, metadata }: Moved): number =>
  Buffer.byteLength(JSON.stringify(data)) +
  Buffer.byteLength(JSON.stringify(metadata)) +
  2 * Buffer.byteLength(type)

async function appendAll(to: FillOptions['to'], chunk: readonly Moved[], ordered: boolean): Promise<void> {
  const runs = runsOf(chunk)
  if (!ordered) {
    for (const run of runs) await append(to, run)
    return
  }
  const positions = await Promise.all(runs.map((run) => append(to, run)))
  if (positions.some((position, at) => at > 0 && position <= (positions[at - 1] ?? 0n)))
    throw new Error('the log took facts in another order than they were given in')
}

/** Neighbours of one stream go into one append. */
function runsOf(facts: readonly Moved[]): Moved[][] {
  const runs: Moved[][] = []
  let bytes = 0
  for (const fact of facts) {
    const run = runs.at(-1)
    const size = sizeOf(fact)
    if (run?.[0]?.stream === fact.stream && bytes + size <= MAX_RECORD_BYTES) {
      run.push(fact)
      bytes += size
    } else {
      runs.push([fact])
      bytes = size
    }
  }
  return runs
}

async function append(to: FillOptions['to'], run: readonly Moved[]): Promise<bigint> {
  const [first] = run
  if (first === undefined) return 0n
  const { stream, revision } = first
  try {
    const { position } = await to.append(stream, revision === 0 ? 'no_stream' : revision - 1, run)
    return position
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error
    const cause =
      error.actual === 'no_stream'
        ? 'its first facts are missing where it comes from, and revisions have to stay'
        : 'somebody else writes to the log that is to be filled'
    throw new Error(`${stream} cannot go on with revision ${String(revision)}: ${cause}`, { cause: error })
  }
}
