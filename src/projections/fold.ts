import type { Fact } from '../events/registry.ts'
import type { Position } from '../eventstore/port.ts'
import type { Fold, Row, Table } from './projection.ts'

/**
 * A row with how far it was folded. The answers of an event and one guest's own stream change the same row, and either
 * stream may be parked for a while: each has its own position, so that what was parked can be applied later.
 */
export interface FoldedRow {
  readonly row: Row
  /** Of the last fact applied from any stream but the answers. */
  readonly position: Position
  /** Of the last fact applied from the stream of the event's answers. */
  readonly rsvpsPosition: Position
}

/** `evolve` or `key` threw: the fact cannot be applied to this table. */
export class FoldFailure extends Error {
  readonly fact: Fact

  constructor(fact: Fact, table: string, cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    super(`${fact.type} cannot be applied to ${table}: ${reason}`, { cause })
    this.name = 'FoldFailure'
    this.fact = fact
  }
}

export interface TouchedKeys {
  readonly keys: ReadonlySet<string>
  /** Each ends in `/` and stands for all keys that begin with it. */
  readonly prefixes: ReadonlySet<string>
}

/** @returns the rows that have to be known before the facts can be folded. @throws FoldFailure */
export function touchedKeys(table: Table, facts: readonly Fact[]): TouchedKeys {
  const keys = new Set<string>()
  const prefixes = new Set<string>()
  for (const fact of facts) {
    const fold = table.folds.get(fact.type)
    if (fold === undefined) continue
    const key = keyOf(fold, table, fact)
    if (key.endsWith('/')) prefixes.add(key)
    else keys.add(key)
  }
  return { keys, prefixes }
}

/**
 * Folds facts, in log order, into `rows`. A fact that a row already has is skipped, so folding twice changes nothing.
 * @param rows those that exist of `touchedKeys`; changed in place
 * @returns the keys of the rows that changed
 * @throws FoldFailure; `rows` is of no use then
 */
export function foldFacts(table: Table, rows: Map<string, FoldedRow>, facts: readonly Fact[]): Set<string> {
  const changed = new Set<string>()
  for (const fact of facts) {
    const fold = table.folds.get(fact.type)
    if (fold === undefined) continue
    for (const target of targetsOf(rows, keyOf(fold, table, fact), fact)) {
      const before = rows.get(target)
      const after = step(fold, table, before, fact)
      if (after === before || after === undefined) continue
      rows.set(target, after)
      changed.add(target)
    }
  }
  return changed
}

/**
 * Folds facts of guests' streams that wait for others into the rows that there are. Each row keeps its positions: the
 * others are folded later, and these once more after them.
 * @returns the keys of the rows that changed
 * @throws FoldFailure; `rows` is of no use then
 */
export function foldAhead(table: Table, rows: Map<string, FoldedRow>, facts: readonly Fact[]): Set<string> {
  const changed = new Set<string>()
  for (const fact of facts) {
    const fold = table.folds.get(fact.type)
    if (fold === undefined) continue
    for (const target of targetsOf(rows, keyOf(fold, table, fact), fact)) {
      const before = rows.get(target)
      if (before === undefined || fact.position <= before.position) continue
      const row = evolve(fold, table, before.row, fact)
      if (row === undefined) continue
      rows.set(target, { ...before, row })
      changed.add(target)
    }
  }
  return changed
}

/** All rows of a guest means those that there were: what began later, in whatever stream, is not touched. */
function targetsOf(rows: ReadonlyMap<string, FoldedRow>, key: string, { position }: Fact): readonly string[] {
  if (!key.endsWith('/')) return [key]
  return [...rows]
    .filter(([each, { rsvpsPosition }]) => each.startsWith(key) && rsvpsPosition <= position)
    .map(([each]) => each)
}

function step(
  fold: Fold<Row, Fact>,
  table: Table,
  before: FoldedRow | undefined,
  fact: Fact,
): FoldedRow | undefined {
  const fromRsvps = fact.stream.endsWith('-rsvps')
  const { position = 0n, rsvpsPosition = 0n } = before ?? {}
  if (fact.position <= (fromRsvps ? rsvpsPosition : position)) return before
  const row = evolve(fold, table, before?.row, fact)
  if (row === undefined) return before
  return fromRsvps
    ? { row, position, rsvpsPosition: fact.position }
    : { row, position: fact.position, rsvpsPosition }
}

function evolve(fold: Fold<Row, Fact>, table: Table, row: Row | undefined, fact: Fact): Row | undefined {
  try {
    return fold.evolve(row, fact)
  } catch (error) {
    throw new FoldFailure(fact, table.name, error)
  }
}

function keyOf(fold: Fold<Row, Fact>, table: Table, fact: Fact): string {
  try {
    return fold.key(fact)
  } catch (error) {
    throw new FoldFailure(fact, table.name, error)
  }
}
