import { createWriteStream } from 'node:fs'
import { access, rename, rm } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { exportLog, type Exported } from '../../transfer/export.ts'
import { onlyArgument, parse, UsageError, type Command, type CommandRun } from '../command.ts'
import { counted } from '../table.ts'

export const logExport: Command = {
  name: 'log export',
  summary: 'Write the log to a file, a JSON line for each fact',
  usage: `guestguard log export <file | -> [--json]

  <file>  must not be there yet; one that ends in .gz is packed. - is the standard output

The first line is a header with the version of the format, the last one a checksum of all before it; each line between
is a fact as it is stored, in the order of the log. The product may run; facts that come meanwhile are left out.

What is not in it: the keys of persons. Personal data is exported sealed, is never opened here, and nobody can read it
without the keys in the database and the master key. So the file can lie where the database may not, and forgetting
a guest reaches it too. To take an installation elsewhere with its keys: guestguard backup.`,
  examples: [
    ['guestguard log export log.jsonl.gz', 'the complete history in one file'],
    ['guestguard log export - | jq -r .type | sort | uniq -c', 'into another program'],
  ],
  run: async (run) => {
    const target = onlyArgument(parse(run.args, {}).positionals, 'The name of a file, or -,')
    const exported = target === '-' ? await write(run, standardOutput()) : await toFile(run, target)
    const { facts, digest } = exported
    const told = `${counted(facts, 'fact')} exported, digest ${digest}`
    if (target === '-') run.progress(told)
    else if (run.json) run.answer({ file: target, ...exported })
    else
      run.say(
        `${told}\nPersonal data in it is sealed; the keys are not in it. They come with: guestguard backup`,
      )
    return 0
  },
}

/** Under another name until it is whole, so that half an export is never taken for one. */
async function toFile(run: CommandRun, file: string): Promise<Exported> {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists) throw new UsageError(`${file} is there already.`)
  const half = `${file}.part`
  try {
    const out = createWriteStream(half, { mode: 0o600, flush: true })
    const exported = await write(run, out, file.endsWith('.gz'))
    await rename(half, file)
    return exported
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}

async function write(run: CommandRun, out: Writable, packed = false): Promise<Exported> {
  const { store } = await run.open()
  const head = Number(await store.head())
  const started = performance.now()
  let exported: Exported | undefined
  const text = async function* () {
    exported = yield* exportLog({
      store,
      createdAt: new Date().toISOString(),
      signal: run.signal,
      onProgress: (facts, position) => {
        const perSecond = (facts / (performance.now() - started)) * 1_000
        run.meter.show({ label: 'export', done: Number(position), total: head, perSecond, etaSeconds: null })
      },
    })
  }
  const source = Readable.from(text())
  if (packed) await pipeline(source, createGzip(), out)
  else await pipeline(source, out)
  run.meter.clear()
  if (exported === undefined) throw new Error('the export did not come to its end')
  return exported
}

/** Not the stream itself, which a pipeline would close. */
const standardOutput = (): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (process.stdout.write(chunk)) done()
      else process.stdout.once('drain', done)
    },
  })
