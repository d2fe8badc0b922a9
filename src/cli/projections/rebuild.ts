import type { BuiltBeside } from '../../projections/builder.ts'
import { onlyArgument, parse, type Command } from '../command.ts'
import { counted } from '../table.ts'
import { meterOf, namesOf, openOperations } from './operations.ts'

export const projectionsRebuild: Command = {
  name: 'projections rebuild',
  writes: true,
  summary: 'Build read models anew from the log, beside those in use',
  usage: `guestguard projections rebuild <name | all> [--from-start] [--swap] [--json]

  --from-start  give up what an earlier build left, instead of going on with it
  --swap        swap in what was built without a fault, as: guestguard projections swap

Nobody reads the new tables before a swap; the product runs on. Ctrl-C ends it after the page under way, and the same
command goes on from there. Of all, the log is read once. A fact that cannot be applied stops its projection with
its position, and no other; exit code 1 then.`,
  examples: [
    ['guestguard projections rebuild guests', 'after a change of what it shows, or a doubt'],
    ['guestguard projections rebuild all --swap', 'everything anew, and in use'],
  ],
  run: async (run) => {
    const options = { 'from-start': { type: 'boolean' }, swap: { type: 'boolean' } } as const
    const { values, positionals } = parse(run.args, options)
    const ops = await openOperations(run)
    const names = namesOf(ops, onlyArgument(positionals, 'The name of a projection, or all,'))
    const { signal } = run
    const build = { signal, onProgress: meterOf(run), fromStart: values['from-start'] === true }
    const built = await ops.rebuild(names, build).catch((error: unknown) => {
      if (signal.aborted) run.progress('What is built stays; the same command goes on from there.')
      throw error
    })
    const sound = built.filter(({ error }) => error === null)
    const swapped: string[] = []
    if (values.swap === true) {
      for (const { projection } of sound) {
        await ops.swap(projection, { signal })
        swapped.push(projection)
      }
    }
    if (run.json) run.answer(built.map((one) => ({ ...one, swapped: swapped.includes(one.projection) })))
    else for (const one of built) run.say(sentenceOf(one, swapped.includes(one.projection)))
    return sound.length === built.length ? 0 : 1
  },
}

function sentenceOf({ projection, schema, facts, error }: BuiltBeside, swapped: boolean): string {
  if (error !== null) return `${projection}: ${error}`
  const what = `${projection}: ${counted(facts, 'fact')} read into ${schema}`
  return swapped
    ? `${what}, which is in use now.`
    : `${what}. Use it: guestguard projections swap ${projection}`
}

export const projectionsSwap: Command = {
  name: 'projections swap',
  writes: true,
  summary: 'Put rebuilt read models in use, each in one transaction',
  usage: `guestguard projections swap <name | all> [--json]

Facts that came since the rebuild are applied first. No reader sees a gap or goes back in time, and no request waits for
more than some tens of milliseconds. What was in use before stays until drop-old, for a rollback.`,
  examples: [['guestguard projections swap guests', 'after: guestguard projections rebuild guests']],
  run: async (run) => {
    const ops = await openOperations(run)
    const which = onlyArgument(parse(run.args, {}).positionals, 'The name of a projection, or all,')
    const waiting = new Set(
      (await ops.status()).flatMap(({ name, beside }) => (beside === null ? [] : [name])),
    )
    const names = namesOf(ops, which).filter((name) => which !== 'all' || waiting.has(name))
    const swapped = []
    for (const name of names) {
      const built = await ops.swap(name, { signal: run.signal, onProgress: meterOf(run) })
      swapped.push({ projection: name, ...built })
      if (!run.json) run.say(`${name}: ${built.schema} is in use.`)
    }
    if (run.json) run.answer(swapped)
    else if (names.length === 0) run.say('Nothing was rebuilt. First: guestguard projections rebuild all')
    return 0
  },
}

export const projectionsRollback: Command = {
  name: 'projections rollback',
  writes: true,
  summary: 'Put back in use what was in use before the last swap, brought up to date',
  usage: `guestguard projections rollback <name> [--json]

Works until drop-old, and again and again: a second rollback swaps forward.`,
  examples: [['guestguard projections rollback guests', 'the rebuilt list is wrong, take the old one']],
  run: async (run) => {
    const ops = await openOperations(run)
    const [name = ''] = namesOf(
      ops,
      onlyArgument(parse(run.args, {}).positionals, 'The name of a projection'),
    )
    const built = await ops.rollback(name, { signal: run.signal, onProgress: meterOf(run) })
    if (run.json) run.answer({ projection: name, ...built })
    else run.say(`${name}: ${built.schema} is in use again.`)
    return 0
  },
}

export const projectionsDropOld: Command = {
  name: 'projections drop-old',
  writes: true,
  summary: 'Drop the tables that were in use before, and so give up the rollback',
  usage: `guestguard projections drop-old <name | all> [--unfinished] [--json]

  --unfinished  also what was rebuilt, or begun, and is not in use

Tables of an earlier version go as well, once this one is in use and no process of the earlier release writes them.`,
  examples: [['guestguard projections drop-old all', 'free the space after a swap that proved good']],
  run: async (run) => {
    const ops = await openOperations(run)
    const { values, positionals } = parse(run.args, { unfinished: { type: 'boolean' } })
    const names = namesOf(ops, onlyArgument(positionals, 'The name of a projection, or all,'))
    const dropped: string[] = []
    for (const name of names)
      dropped.push(...(await ops.dropOld(name, { unfinished: values.unfinished === true })))
    if (run.json) run.answer({ dropped })
    else run.say(dropped.length === 0 ? 'There was nothing to drop.' : `Dropped: ${dropped.join(', ')}`)
    return 0
  },
}
