import { onlyArgument, parse, UsageError, type Command } from '../command.ts'
import { counted, numberText, tableOf } from '../table.ts'
import { namesOf, openOperations } from './operations.ts'

export const projectionsDeadLetters: Command = {
  name: 'projections dead-letters',
  summary: 'Show the facts that could not be applied, and those that wait behind them',
  usage: `guestguard projections dead-letters <name | all> [--limit <n>] [--json]

  --limit  most facts of a projection, default 50

A fact that cannot be applied waits with all that follow it in its stream; everything else goes on. Mend the reason
(most often: a newer release), then: guestguard projections retry. Exit code 1 when there are any.`,
  examples: [['guestguard projections dead-letters guests', 'which facts, and why']],
  run: async (run) => {
    const { values, positionals } = parse(run.args, { limit: { type: 'string', default: '50' } })
    const limit = Number(values.limit)
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit takes a number from 1.')
    const ops = await openOperations(run)
    const names = namesOf(ops, onlyArgument(positionals, 'The name of a projection, or all,'))
    const letters = []
    for (const projection of names)
      for (const letter of await ops.deadLetters(projection, limit)) letters.push({ projection, ...letter })
    if (run.json) run.answer(letters)
    else if (letters.length === 0) run.say('No fact waits.')
    else {
      const header = ['projection', 'position', 'type', 'stream', 'why']
      const rows = letters.map(({ projection, position, type, stream, revision, error }) => [
        projection,
        numberText(position),
        type,
        `${stream}@${String(revision)}`,
        error ?? 'waits for one before it',
      ])
      for (const line of tableOf(header, rows)) run.say(line)
    }
    return letters.length === 0 ? 0 : 1
  },
}

export const projectionsRetry: Command = {
  name: 'projections retry',
  writes: true,
  summary: 'Try again to apply the facts that wait',
  usage: `guestguard projections retry <name | all> [--json]

In the order of the log; what fails again waits on, and what does not depend on it is applied. Doing it twice changes
nothing. Exit code 1 when facts still wait.`,
  examples: [
    ['guestguard projections retry all', 'after an update that reads what the old release could not'],
  ],
  run: async (run) => {
    const ops = await openOperations(run)
    const names = namesOf(
      ops,
      onlyArgument(parse(run.args, {}).positionals, 'The name of a projection, or all,'),
    )
    const outcomes = []
    for (const projection of names) {
      run.signal.throwIfAborted()
      outcomes.push({ projection, ...(await ops.retry(projection)) })
    }
    if (run.json) run.answer(outcomes)
    else
      for (const { projection, applied, remaining } of outcomes)
        run.say(`${projection}: ${counted(applied, 'fact')} applied, ${numberText(remaining)} still wait`)
    return outcomes.every(({ remaining }) => remaining === 0) ? 0 : 1
  },
}
