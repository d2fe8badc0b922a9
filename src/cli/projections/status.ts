import type { ProjectionStatus } from '../../projections/status.ts'
import { noArgument, parse, type Command } from '../command.ts'
import { durationText } from '../meter.ts'
import { bytesText, counted, numberText, tableOf } from '../table.ts'
import { openOperations } from './operations.ts'

export const projectionsList: Command = {
  name: 'projections list',
  summary: 'Show the read models with their sets of tables, and how large each is',
  usage: `guestguard projections list [--json]

A set of tables is active (it is read), building (rebuilt, or on the way) or retired (read before the last swap).`,
  examples: [['guestguard projections list', 'before a drop-old: what it would free']],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const ops = await openOperations(run)
    const generations = await ops.generations()
    if (run.json) run.answer(generations)
    else {
      const header = ['projection', 'version', 'tables', 'state', 'position', 'size']
      const rows = generations.map(({ projection, version, schema, state, checkpoint, bytes }) => [
        projection,
        String(version),
        schema,
        state,
        numberText(checkpoint),
        bytesText(bytes),
      ])
      for (const line of tableOf(header, rows)) run.say(line)
      for (const name of ops.names.filter((one) => !generations.some((row) => row.projection === one)))
        run.say(`${name} was never built; the product builds it when it starts.`)
    }
    return 0
  },
}

/** Nothing for ops to do. */
const healthy = ({ state, deadLetters, error }: ProjectionStatus): boolean =>
  state === 'active' && deadLetters.facts === 0 && error === null

export const projectionsStatus: Command = {
  name: 'projections status',
  summary: 'Show how far the read models are, who writes them, and what waits',
  usage: `guestguard projections status [--json]

Exit code 1 when a read model cannot be read, a build was stopped by a fact, or facts wait as dead letters.`,
  examples: [
    ['guestguard projections status', 'is everything up to date, and which process writes'],
    ['guestguard projections status --json | jq ".[].lag"', 'for a monitoring that has no Prometheus'],
  ],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const all = await (await openOperations(run)).status()
    if (run.json) run.answer(all)
    else {
      for (const line of tableOf(['projection', 'state', 'position', 'behind', 'written by'], all.map(rowOf)))
        run.say(line)
      for (const line of all.flatMap(remarksOf)) run.say(line)
    }
    return all.every(healthy) ? 0 : 1
  },
}

function rowOf({ name, version, state, checkpoint, lag, writtenBy }: ProjectionStatus): string[] {
  const { facts, exact, seconds } = lag
  const behind =
    facts === 0
      ? 'nothing'
      : `${exact ? '' : 'about '}${counted(facts, 'fact')}, ${durationText(Math.round(seconds))}`
  return [
    `${name} v${String(version)}`,
    state,
    numberText(checkpoint),
    behind,
    writtenBy?.process ?? 'nobody',
  ]
}

function remarksOf({ name, deadLetters, beside, head, old, error }: ProjectionStatus): string[] {
  const remarks: string[] = []
  if (deadLetters.facts > 0) {
    remarks.push(
      `${name}: ${counted(deadLetters.facts, 'fact')} of ${counted(deadLetters.units, 'stream')} wait as dead letters (${deadLetters.firstError ?? 'no reason known'}). ` +
        `See: guestguard projections dead-letters ${name}`,
    )
  }
  if (beside !== null) {
    const share = head === 0n ? 100 : Number((beside.checkpoint * 100n) / head)
    const { schema, builtBy } = beside
    if (error !== null) remarks.push(`${name}: ${error}`)
    else if (builtBy !== null)
      remarks.push(`${name}: ${schema} is being built by ${builtBy.process}, ${String(share)} % done.`)
    else
      remarks.push(
        `${name}: ${schema} is built beside, ${String(share)} % done. Go on: guestguard projections rebuild ${name}, or swap it in: guestguard projections swap ${name}`,
      )
  }
  const unread = old.filter((schema) => schema !== beside?.schema)
  if (unread.length > 0)
    remarks.push(
      `${name}: nobody reads ${unread.join(', ')}. Free the space: guestguard projections drop-old ${name}`,
    )
  return remarks
}
