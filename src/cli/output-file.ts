import { access, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { UsageError } from './command.ts'

/** What writes text to `-`, the standard output, or to a file that is not there yet. */
export interface Output {
  /** A file, or `-`. */
  readonly target: string
  readonly packed: boolean
}

/**
 * Writes to a file that only its owner may read, under another name until it is whole: half of it is never taken for
 * one.
 * @returns what the source returns at its end
 * @throws UsageError when the file is there, or the half of it
 */
export async function writeOutput<T>(
  { target, packed }: Output,
  source: AsyncGenerator<Buffer | string, T, undefined>,
): Promise<T> {
  if (target === '-') return write(source, packed, standardOutput())
  await requireFree(target)
  const half = `${target}.part`
  const file = await openNew(half)
  try {
    const result = await write(source, packed, file.createWriteStream({ flush: true }))
    await rename(half, target)
    return result
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}

/** Never a file that is there: it would keep its mode, and two runs would write into it. */
async function openNew(half: string): Promise<FileHandle> {
  return open(half, 'wx', 0o600).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    throw new UsageError(
      `${half} is there already: another run is writing it, or one was cut off. Remove it if none is running.`,
    )
  })
}

/** @throws UsageError */
async function requireFree(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists) throw new UsageError(`${file} is there already.`)
}

async function write<T>(
  source: AsyncGenerator<Buffer | string, T, undefined>,
  packed: boolean,
  out: Writable,
): Promise<T> {
  let result: { readonly value: T } | undefined
  const text = async function* () {
    result = { value: yield* source }
  }
  const input = Readable.from(text())
  if (packed) await pipeline(input, createGzip(), out)
  else await pipeline(input, out)
  if (result === undefined) throw new Error('what was to be written did not come to its end')
  return result.value
}

/** Not the stream itself, which a pipeline would close. */
const standardOutput = (): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (process.stdout.write(chunk)) done()
      else process.stdout.once('drain', done)
    },
  })
