import type { ProjectionVerification, RowDifference } from '../../projections/verify.ts'
import { onlyArgument, parse, type Command } from '../command.ts'
import { counted, numberText } from '../table.ts'
import { meterOf, namesOf, openOperations } from './operations.ts'

/** Differing rows that are told of a projection: the first ones show what is wrong. */
const MOST_TOLD = 20

const sound = ({ different, parked }: ProjectionVerification): boolean =>
  different === 0 && parked.kept === parked.replayed

export const projectionsVerify: Command = {
  name: 'projections verify',
  summary: 'Compare read models, row by row, with what the log says',
  usage: `guestguard projections verify <name | all> [--values] [--json]

  --values  also what stands in the columns that differ: names and addresses of guests may be among it

Builds each read model from the whole log into tables of its own, and compares them with those in use as of the same
position, so that a difference is a defect and never a delay. The product runs on; nothing is left behind. Exit code 1
when anything differs; then: guestguard projections rebuild.`,
  examples: [
    ['guestguard projections verify all', 'once a month, or after a crash of the machine'],
    ['guestguard projections verify guests --values', 'what exactly is wrong'],
  ],
  run: async (run) => {
    const { values, positionals } = parse(run.args, { values: { type: 'boolean', default: false } })
    const ops = await openOperations(run)
    const names = namesOf(ops, onlyArgument(positionals, 'The name of a projection, or all,'))
    const verified: ProjectionVerification[] = []
    for (const name of names) {
      const one = await ops.verify(name, { signal: run.signal, onProgress: meterOf(run) })
      verified.push(one)
      if (!run.json) for (const line of linesOf(one, values.values)) run.say(line)
    }
    if (run.json) run.answer(verified.map((one) => forMachines(one, values.values)))
    return verified.every(sound) ? 0 : 1
  },
}

function linesOf(verification: ProjectionVerification, withValues: boolean): string[] {
  const { projection, rows, position, different, differences, parked } = verification
  const what = `${projection}: ${counted(rows, 'row')}`
  const where = `at position ${numberText(position)}`
  if (sound(verification)) return [`${what}, kept and replayed the same ${where}.`]
  const told = differences.slice(0, MOST_TOLD)
  return [
    `${what}, ${numberText(different)} not as the log says ${where}.`,
    ...(parked.kept === parked.replayed
      ? []
      : [
          `  ${numberText(parked.kept)} facts wait as dead letters, where ${numberText(parked.replayed)} would. First: guestguard projections retry ${projection}`,
        ]),
    ...told.map((difference) => `  ${sentenceOf(difference, withValues)}`),
    ...(different > told.length ? [`  and ${numberText(different - told.length)} more`] : []),
  ]
}

function sentenceOf({ table, key, kind, columns }: RowDifference, withValues: boolean): string {
  const row = `${table} ${key}`
  if (kind === 'missing') return `${row} is missing`
  if (kind === 'surplus') return `${row} should not be there`
  const told = columns.map(({ column, kept, replayed }) =>
    withValues ? `${column} is ${JSON.stringify(kept)}, should be ${JSON.stringify(replayed)}` : column,
  )
  return withValues ? `${row}: ${told.join('; ')}` : `${row} differs in ${told.join(', ')}`
}

function forMachines({ differences, ...rest }: ProjectionVerification, withValues: boolean) {
  if (withValues) return { ...rest, differences }
  return {
    ...rest,
    differences: differences.map(({ columns, ...one }) => ({
      ...one,
      columns: columns.map(({ column }) => column),
    })),
  }
}
