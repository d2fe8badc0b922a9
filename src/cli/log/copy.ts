import { fill } from '../../transfer/fill.ts'
import { noArgument, parse, UsageError, type Command } from '../command.ts'
import { counted, numberText } from '../table.ts'
import { openLog } from './logs.ts'
import { verified } from './verified.ts'

export const logCopy: Command = {
  name: 'log copy',
  writes: true,
  summary: 'Copy the log from one store to another, such as to EventStoreDB, and verify the copy',
  usage: `guestguard log copy --from <log> --to <log> [--json]

  --from, --to  embedded (in the database of this installation), an esdb:// address, or env:NAME of a variable with an
                address; an address with a password has to be in a variable

The log to fill must be empty, or hold the beginning of the other: cut off, the same command goes on; again, it adds
what came since. Ids, revisions and the order of all facts stay; positions and the times of storing are new. At the
end the copy is read again, and counts and digests are compared. Keys, jobs and read models stay in the database.

To move a running installation: copy while it runs; stop it; copy again, which takes seconds; set EVENTSTORE_URL
(or take it away); guestguard log adopt; start.`,
  examples: [
    ['guestguard log copy --from embedded --to env:EVENTSTORE_URL', 'a team outgrows one machine'],
    ['guestguard log copy --from esdb://127.0.0.1:2113?tls=false --to embedded', 'and back'],
  ],
  run: async (run) => {
    const { values, positionals } = parse(run.args, { from: { type: 'string' }, to: { type: 'string' } })
    noArgument(positionals)
    if (values.from === undefined || values.to === undefined)
      throw new UsageError('--from and --to are needed.')
    if (values.from === values.to) throw new UsageError('--from and --to are the same log.')
    const from = await openLog(run, values.from, '--from')
    try {
      const to = await openLog(run, values.to, '--to')
      try {
        const head = Number(await from.store.head())
        const started = performance.now()
        const filled = await fill({
          from: watched(from.store.readAll({ pageSize: 2_000 }), (facts, position) => {
            const perSecond = (facts / (performance.now() - started)) * 1_000
            run.meter.show({ label: 'copy', done: position, total: head, perSecond, etaSeconds: null })
          }),
          to: to.store,
          ordered: to.ordered,
          signal: run.signal,
        })
        await verified(run, to.store, filled)
        if (run.json) run.answer(filled)
        else {
          run.say(
            `${counted(filled.facts - filled.found, 'fact')} copied, ${numberText(filled.found)} were there; both logs: ${counted(filled.facts, 'fact')}, digest ${filled.digest}`,
          )
          run.say('Before the product starts on the copy: guestguard log adopt')
        }
        return 0
      } finally {
        await to.close()
      }
    } finally {
      await from.close()
    }
  },
}

/** The same pages; each is told once the reader asks for the next one, which is when it is done with it. */
async function* watched<T extends { readonly position: bigint }>(
  pages: AsyncIterable<readonly T[]>,
  told: (facts: number, position: number) => void,
): AsyncGenerator<readonly T[], void, undefined> {
  let facts = 0
  for await (const page of pages) {
    yield page
    facts += page.length
    told(facts, Number(page.at(-1)?.position ?? 0n))
  }
}
