import { exportLog } from '../../transfer/export.ts'
import { onlyArgument, parse, type Command } from '../command.ts'
import { writeOutput } from '../output-file.ts'
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
    const { store } = await run.open()
    const total = Number(await store.head())
    const started = performance.now()
    const text = exportLog({
      store,
      createdAt: new Date().toISOString(),
      signal: run.signal,
      onProgress: (facts, position) => {
        const perSecond = (facts / (performance.now() - started)) * 1_000
        run.meter.show({ label: 'export', done: Number(position), total, perSecond, etaSeconds: null })
      },
    })
    const exported = await writeOutput({ target, packed: target.endsWith('.gz') }, text)
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
