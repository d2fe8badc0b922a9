import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../eventstore/log.ts'
import type { Position } from '../eventstore/port.ts'
import { replay } from './preview-replay.ts'
import type { PreviewQueries } from './queries/types.ts'

export interface Difference {
  /** Where, such as `picture.scores.55` or `guests.<id>.worst`. */
  readonly path: string
  readonly kept: unknown
  readonly replayed: unknown
}

export interface Verification {
  /** Position of the log up to which both were compared. */
  readonly position: Position
  /** Openings with a score, and guests. */
  readonly openings: number
  readonly guests: number
  /** From here on facts of the event wait, because one could not be applied: what is kept is behind; null otherwise. */
  readonly parkedSince: Position | null
  /** Empty when what is kept is what the stream says. */
  readonly differences: readonly Difference[]
}

/**
 * Compares what is kept for the previews of an event with what its stream says, both up to the same position: also
 * while openings arrive, a difference is a defect and never a delay.
 * @throws UndecodableFact for a fact that this version cannot read
 */
export async function verifyPreview(
  log: Pick<Log, 'publicCategory'>,
  queries: Pick<PreviewQueries, 'snapshot'>,
  eventId: string,
): Promise<Verification> {
  const { position, parkedSince, ...kept } = await queries.snapshot(eventId)
  const { picture, guests } = await replay(log, eventId, position)
  const replayed = { picture, guests: Object.fromEntries(guests) }
  return {
    position,
    openings: picture.scores.reduce((sum, count) => sum + count, 0),
    guests: guests.size,
    parkedSince,
    differences: differences('', kept, replayed),
  }
}

function differences(path: string, kept: unknown, replayed: unknown): Difference[] {
  if (isDeepStrictEqual(kept, replayed)) return []
  if (!isBranch(kept) || !isBranch(replayed)) return [{ path, kept, replayed }]
  const names = new Set([...Object.keys(kept), ...Object.keys(replayed)])
  return [...names].flatMap((name) =>
    differences(path === '' ? name : `${path}.${name}`, kept[name], replayed[name]),
  )
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
