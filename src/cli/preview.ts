import { eventIdsOf } from './events.ts'
import { UsageError, type Command } from './command.ts'
import { quietLogger } from './logger.ts'
import type { Workshop } from './workshop.ts'
import { settingsStream } from '../events/streams.ts'
import { createProjections, type Projections } from '../projections/create.ts'
import { verifyPreview, type Verification } from '../projections/preview-verify.ts'

/** Differences of one event that are told: the first ones show what is wrong. */
const MOST_TOLD = 20

const sound = ({ differences, parkedSince }: Verification): boolean =>
  differences.length === 0 && parkedSince === null

export const previewVerify: Command = {
  name: 'preview verify',
  summary: 'Compare the previews of thresholds that are kept with what the log says',
  usage: `guestguard preview verify <event id | all> [--json]

Reads the history of each event again and compares the counts with those that are kept, at the same position of the
log. The product may run meanwhile. Exit code 1 when anything differs; then: rebuild the projection preview.`,
  examples: [['guestguard preview verify all', 'after an update, or when a preview looks strange']],
  run: async ({ args, open, json, say, answer, signal }) => {
    const [which, ...rest] = args
    if (which === undefined || rest.length > 0) throw new UsageError('One event is needed, or all.')
    const workshop = await open()
    const ids = which === 'all' ? await eventIdsOf(workshop.store) : [which]
    if (which !== 'all' && !(await workshop.store.readStream(settingsStream(which), { limit: 1 })).exists)
      throw new UsageError(`There is no event ${which}.`)
    const verified: ({ event: string } & Verification)[] = []
    await withProjections(workshop, async ({ queries }) => {
      for (const event of ids) {
        signal.throwIfAborted()
        const verification = await verifyPreview(workshop.log, queries.preview, event)
        verified.push({ event, ...verification })
        if (!json) for (const line of linesOf(event, verification)) say(line)
      }
    })
    if (json) answer(verified.map(forMachines))
    return verified.every(sound) ? 0 : 1
  },
}

async function withProjections(
  { pool, databaseUrl: connectionString, log, store }: Workshop,
  work: (projections: Projections) => Promise<void>,
): Promise<void> {
  const projections = createProjections({
    pool,
    connectionString,
    log,
    store,
    logger: quietLogger,
    write: false,
  })
  try {
    await projections.start()
    await work(projections)
  } finally {
    await projections.stop()
  }
}

function linesOf(event: string, verification: Verification): string[] {
  const { position, openings, guests, parkedSince, differences } = verification
  const what = `${event}: ${String(openings)} scored openings of ${String(guests)} guests`
  const where = `at position ${String(position)}`
  const found = `${String(differences.length)} ${differences.length === 1 ? 'difference' : 'differences'}`
  if (sound(verification)) return [`${what}, kept and replayed the same ${where}.`]
  const told = differences.slice(0, MOST_TOLD)
  const untold = differences.length - told.length
  return [
    `${what}, ${found} ${where}.`,
    ...(parkedSince === null
      ? []
      : [`  It waits since position ${String(parkedSince)} for a fact that cannot be applied.`]),
    ...told.map(
      ({ path, kept, replayed }) => `  ${path}: kept ${textOf(kept)}, replayed ${textOf(replayed)}`,
    ),
    ...(untold === 0 ? [] : [`  and ${String(untold)} more`]),
  ]
}

const textOf = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

const forMachines = ({ position, parkedSince, ...rest }: { event: string } & Verification) => ({
  ...rest,
  position: String(position),
  parkedSince: parkedSince === null ? null : String(parkedSince),
})
