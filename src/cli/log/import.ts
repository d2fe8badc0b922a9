import { access } from 'node:fs/promises'
import { fill } from '../../transfer/fill.ts'
import { checkExport, factsIn } from '../../transfer/read-export.ts'
import { onlyArgument, parse, UsageError, type Command } from '../command.ts'
import { counted, numberText } from '../table.ts'
import { openLog } from './logs.ts'
import { verified } from './verified.ts'

export const logImport: Command = {
  name: 'log import',
  writes: true,
  summary: 'Fill an empty log from an export',
  usage: `guestguard log import <file> [--to <log>] [--json]

  --to  the log to fill: embedded, an esdb:// address, or env:NAME of a variable with an address; default that of the
        environment

The file is read to its end first: form, checksum, every line, every stream complete. Only then is anything written. The
log must be empty, or hold the beginning of the same export: cut off, the same command goes on, and done twice it
does nothing. Ids, revisions and the order of all facts stay; positions and the times of storing are new.

The keys of persons are not in an export. Without them, in the database that the installation uses, personal data
stays sealed, and facts with it wait as dead letters. To move an installation with its keys: guestguard backup,
guestguard restore, then guestguard log copy if its log is to live elsewhere. Start no product on the log meanwhile.`,
  examples: [
    ['guestguard log import log.jsonl.gz', 'into the empty log of a new installation'],
    ['guestguard log import log.jsonl --to env:EVENTSTORE_URL', 'into EventStoreDB'],
  ],
  run: async (run) => {
    const { values, positionals } = parse(run.args, { to: { type: 'string' } })
    const file = onlyArgument(positionals, 'The name of a file')
    await access(file).catch(() => {
      throw new UsageError(`There is no file ${file}.`)
    })
    const checked = await checkExport(file, run.signal)
    const target = values.to ?? (run.config.eventStoreUrl === null ? 'embedded' : 'env:EVENTSTORE_URL')
    const log = await openLog(run, target, '--to')
    try {
      const { store: to, ordered } = log
      const started = performance.now()
      const filled = await fill({
        from: factsIn(file),
        to,
        ordered,
        signal: run.signal,
        onProgress: (facts) => {
          const perSecond = (facts / (performance.now() - started)) * 1_000
          const etaSeconds = (checked.facts - facts) / perSecond
          run.meter.show({ label: 'import', done: facts, total: checked.facts, perSecond, etaSeconds })
        },
      })
      await verified(run, to, filled)
      if (run.json) run.answer({ file, ...filled, sealed: checked.sealed })
      else {
        run.say(
          `${counted(filled.facts - filled.found, 'fact')} imported, ${numberText(filled.found)} were there, digest ${filled.digest}`,
        )
        if (checked.sealed > 0)
          run.say(
            `${counted(checked.sealed, 'fact')} can be read only with the keys of the installation they come from.`,
          )
      }
      return 0
    } finally {
      await log.close()
    }
  },
}
