import type { EncodedAppend, EncodedRecord } from '../encode.ts'
import {
  type AppendResult,
  categoryOf,
  type ExpectedRevision,
  InvalidAppend,
  type Position,
  StreamDeleted,
  WrongExpectedRevision,
} from '../port.ts'

/** What the database says, under the lock, about the streams and the ids of a batch of appends. */
export interface LogState {
  readonly head: Position
  /** Last revision of each stream that exists. */
  readonly lastRevisions: ReadonlyMap<string, number>
  readonly tombstones: ReadonlySet<string>
  /** Facts whose id is also in the batch, by id. */
  readonly known: ReadonlyMap<string, KnownFact>
}

export interface KnownFact extends AppendResult {
  readonly stream: string
}

/** A record with its place in the log. */
export interface PlacedRecord extends EncodedRecord {
  readonly stream: string
  readonly category: string | undefined
  readonly revision: number
  readonly position: Position
}

export type Outcome =
  | { readonly accepted: true; readonly result: AppendResult }
  | { readonly accepted: false; readonly error: Error }

/**
 * Decides a batch of appends, one after the other, as if each were alone: a refused one changes nothing for the others,
 * and a later one sees what an earlier one of the same batch wrote.
 * @returns an outcome for each append, and the records to insert
 */
export function evaluate(
  batch: readonly EncodedAppend[],
  state: LogState,
): { outcomes: Outcome[]; placed: PlacedRecord[] } {
  const lastRevisions = new Map(state.lastRevisions)
  const known = new Map(state.known)
  const placed: PlacedRecord[] = []
  let head = state.head

  const outcomes = batch.map((append): Outcome => {
    const { stream, expected, records } = append
    const last = lastRevisions.get(stream)
    if (state.tombstones.has(stream)) return refused(new StreamDeleted(stream))
    const retry = answerRetry(append, last, known)
    if (retry !== undefined) return retry
    if (!holds(expected, last))
      return refused(new WrongExpectedRevision(stream, expected, last ?? 'no_stream'))

    let revision = last ?? -1
    const category = categoryOf(stream)
    for (const record of records) {
      revision += 1
      head += 1n
      placed.push({ ...record, stream, category, revision, position: head })
      known.set(record.id, { stream, revision, position: head })
    }
    lastRevisions.set(stream, revision)
    return { accepted: true, result: { revision, position: head } }
  })
  return { outcomes, placed }
}

/** @returns the answer when the append is a retry or collides with ids of other facts, else undefined. */
function answerRetry(
  { stream, expected, records }: EncodedAppend,
  last: number | undefined,
  known: ReadonlyMap<string, KnownFact>,
): Outcome | undefined {
  const found = records.map((record) => known.get(record.id))
  if (found.every((fact) => fact === undefined)) return undefined

  const elsewhere = found.find((fact) => fact !== undefined && fact.stream !== stream)
  if (elsewhere !== undefined) {
    return refused(
      new InvalidAppend(stream, `the id of one of its records is of a fact in ${elsewhere.stream}`),
    )
  }
  const first = found[0]
  const final = found.at(-1)
  const consecutive = found.every((fact, i) => first !== undefined && fact?.revision === first.revision + i)
  if (final !== undefined && consecutive) {
    return { accepted: true, result: { revision: final.revision, position: final.position } }
  }
  return refused(new WrongExpectedRevision(stream, expected, last ?? 'no_stream'))
}

function holds(expected: ExpectedRevision, last: number | undefined): boolean {
  switch (expected) {
    case 'any':
      return true
    case 'no_stream':
      return last === undefined
    case 'stream_exists':
      return last !== undefined
    default:
      return last === expected
  }
}

function refused(error: Error): Outcome {
  return { accepted: false, error }
}
