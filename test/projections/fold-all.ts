import type { Fact } from '../../src/events/registry.ts'
import { foldFacts, type FoldedRow } from '../../src/projections/fold.ts'
import type { Projection, Row } from '../../src/projections/projection.ts'

/** Rows by table and key, as they would be in the database. */
export type Tables = Map<string, Map<string, FoldedRow>>

/** Folds facts into tables that are kept in memory. @returns how many rows changed */
export function foldInto(tables: Tables, projection: Projection, facts: readonly Fact[]): number {
  let changed = 0
  for (const table of projection.tables) {
    const rows = tables.get(table.name) ?? new Map<string, FoldedRow>()
    tables.set(table.name, rows)
    changed += foldFacts(table, rows, facts).size
  }
  return changed
}

export function foldAll(projection: Projection, facts: readonly Fact[]): Tables {
  const tables: Tables = new Map()
  foldInto(tables, projection, facts)
  return tables
}

/** The rows of one table, in the order in which they were created. */
export function rowsOf(
  projection: Projection,
  facts: readonly Fact[],
  table = projection.tables[0]?.name,
): Row[] {
  return [
    ...(foldAll(projection, facts)
      .get(table ?? '')
      ?.values() ?? []),
  ].map(({ row }) => row)
}

/** Without positions, which tell how far a row was folded and not what it says. */
export function contentOf(tables: Tables): Record<string, Record<string, Row>> {
  return Object.fromEntries(
    [...tables].map(([name, rows]) => [
      name,
      Object.fromEntries([...rows].map(([key, { row }]) => [key, row] as const).toSorted()),
    ]),
  )
}
