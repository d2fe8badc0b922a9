import { statsOf, type Count, type LogStats } from '../../transfer/stats.ts'
import { noArgument, parse, type Command } from '../command.ts'
import { bytesText, counted, numberText, tableOf } from '../table.ts'

export const logStats: Command = {
  name: 'log stats',
  summary: 'Count what the log holds: facts by type and category, sizes, first and last',
  usage: `guestguard log stats [--json]

Reads the whole log, beside the running product. Sizes are those of the facts, without indexes. All streams of events
count as one category.`,
  examples: [['guestguard log stats', 'how large the log is, and what fills it']],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const { store } = await run.open()
    const head = Number(await store.head())
    const started = performance.now()
    const stats = await statsOf(store, run.signal, (facts, position) => {
      const perSecond = (facts / (performance.now() - started)) * 1_000
      run.meter.show({ label: 'log', done: Number(position), total: head, perSecond, etaSeconds: null })
    })
    if (run.json) run.answer(stats)
    else for (const line of linesOf(stats)) run.say(line)
    return 0
  },
}

function linesOf({
  facts,
  bytes,
  sealed,
  streams,
  categories,
  types,
  longest,
  first,
  last,
}: LogStats): string[] {
  if (first === null || last === null) return ['The log is empty.']
  return [
    `${counted(facts, 'fact')} in ${counted(streams, 'stream')}, ${bytesText(bytes)}; ${numberText(sealed)} hold personal data, sealed`,
    `first at position ${numberText(first.position)}, ${first.created}`,
    `last at position ${numberText(last.position)}, ${last.created}`,
    '',
    ...tableOf(['category', 'facts', 'size'], categories.map(rowOf)),
    '',
    ...tableOf(['type', 'facts', 'size'], types.map(rowOf)),
    '',
    ...tableOf(['longest streams', 'facts', 'size'], longest.map(rowOf)),
  ]
}

const rowOf = ({ name, facts, bytes }: Count) => [name, numberText(facts), bytesText(bytes)]
