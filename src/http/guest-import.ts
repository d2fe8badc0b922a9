import type { ChangeDetails, Invite } from '../commands/guest/commands.ts'
import { guestDecider } from '../commands/guest/decider.ts'
import type { CommandHandler } from '../commands/handle.ts'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Position } from '../eventstore/port.ts'
import { guestStream } from '../events/streams.ts'
import type { Rejection } from '../import/guest-row.ts'
import { identityOf, type ImportPlan, type PlannedRow } from '../import/plan.ts'
import { commandIdOf, derivedId } from '../kernel/ids.ts'
import { inParallel } from '../kernel/parallel.ts'
import { refusalOfOne } from './one-of-many.ts'

/** Appends under way at once for one import; they are gathered into few transactions. */
const PARALLEL = 500

export type RowResult = 'created' | 'updated' | 'skipped' | Rejection

export interface Imported {
  readonly results: readonly RowResult[]
  /** Where a reader has to be to see it, null when nothing was recorded. */
  readonly position: Position | null
}

/** What the rows of a plan come to when nothing gets in the way. */
export const foreseen = ({ rows }: ImportPlan): readonly RowResult[] =>
  rows.map(({ kind }) => (kind === 'create' ? 'created' : kind === 'update' ? 'updated' : 'skipped'))

/**
 * Carries out what is planned, row by row. The retry of an import tells of each row what the first try did; a guest who
 * leaves the list meanwhile is reported, and the others go on.
 * @throws DomainError `idempotency_key_reused`
 * @throws StoreUnavailable when it is not known what was recorded; to be retried
 */
export async function carryOut(
  commands: CommandHandler,
  eventId: string,
  plan: ImportPlan,
  batchId: string,
  context: CommandContext,
): Promise<Imported> {
  let position: Position | null = null
  const carryOutRow = async (planned: PlannedRow): Promise<RowResult> => {
    const before = earlierResult(planned, context)
    if (planned.kind === 'skip' && before === null) return 'skipped'
    const guestId = planned.kind === 'create' ? createdId(planned, context) : planned.guestId
    const own = { ...context, commandId: commandIdOf(context.commandId, guestId) }
    const command = commandOf(planned, batchId)
    try {
      const outcome = await commands.execute(guestDecider, guestStream(eventId, guestId), command, own)
      if (outcome.position !== null && (position === null || outcome.position > position))
        position = outcome.position
      if (!outcome.replayed && outcome.facts.length === 0) return 'skipped'
      return before ?? (planned.kind === 'create' ? 'created' : 'updated')
    } catch (error) {
      return { row: planned.row.row, field: 'row', message: refusalOfOne(error).message }
    }
  }
  // One row by itself, that an earlier import under the key did if any: another file is refused before the rest is begun.
  const first = plan.rows.find((planned) => earlierResult(planned, context) !== null) ?? plan.rows[0]
  if (first !== undefined) await carryOutRow(first)
  const results = await inParallel(plan.rows, PARALLEL, carryOutRow)
  return { results, position }
}

const createdId = ({ row }: PlannedRow, { commandId }: CommandContext) =>
  derivedId(commandId, identityOf(row))

/** @returns what an earlier try of this very import did about the row, as the guest list tells; null for nothing */
function earlierResult(planned: PlannedRow, context: CommandContext): 'created' | 'updated' | null {
  if (planned.kind === 'create') return null
  if (planned.guestId === createdId(planned, context)) return 'created'
  const own = commandIdOf(context.commandId, planned.guestId)
  return planned.kind === 'skip' && planned.changedBy === own ? 'updated' : null
}

function commandOf(planned: PlannedRow, batchId: string): Invite | ChangeDetails {
  if (planned.kind === 'create') return { kind: 'invite', ...planned.invite, batchId }
  const changes = planned.kind === 'update' ? planned.changes : {}
  return { kind: 'change_details', changes, ifChanges: null }
}
