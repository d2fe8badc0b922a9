import { isDeepStrictEqual } from 'node:util'
import type { Complaint, Evidence, Row } from '../evidence.ts'
import { derive, type Derived } from './derived.ts'

/** Every row says what the log says: what is derived here from the facts, and what a rebuild makes of them. */
export function checkReadModels(evidence: Evidence): Complaint[] {
  const { kept, rebuilt, deadLetters } = evidence
  const parked =
    deadLetters === 0
      ? []
      : [{ rule: 'read models', says: `${String(deadLetters)} facts could not be applied`, about: {} }]
  const derived = derive(evidence)
  const own = Object.entries<ReadonlyMap<string, Derived>>({ ...derived }).flatMap(([table, rows]) =>
    compareDerived(table, rows, kept[table] ?? []),
  )
  const tables = new Set([...Object.keys(kept), ...Object.keys(rebuilt)])
  const again = [...tables].flatMap((table) => compareRebuilt(table, kept[table] ?? [], rebuilt[table] ?? []))
  return [...parked, ...own, ...again]
}

function complain(rule: string, table: string, key: string, says: string): Complaint {
  const [eventId = '', guestId] = key.split('/')
  const of =
    guestId === undefined || guestId === ''
      ? `event.${eventId}-settings`
      : `event.${eventId}-guest.${guestId}`
  return { rule, says: `${table} ${key}: ${says}`, about: { stream: of, ...(guestId ? { guestId } : {}) } }
}

const byKey = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row['key']), row]))

/** Only the columns that are derived; the others are compared with the rebuild. */
function compareDerived(
  table: string,
  derived: ReadonlyMap<string, Derived>,
  rows: readonly Row[],
): Complaint[] {
  const found = byKey(rows)
  const extra = [...found.keys()].filter((key) => !derived.has(key))
  const wrong = [...derived].flatMap(([key, columns]) => {
    const row = found.get(key)
    if (row === undefined) return [complain('read models', table, key, 'the row is missing')]
    return Object.entries(columns).flatMap(([column, value]) =>
      isDeepStrictEqual(row[column], value)
        ? []
        : [
            complain(
              'read models',
              table,
              key,
              `${column} is ${show(row[column])} instead of ${show(value)}`,
            ),
          ],
    )
  })
  return [
    ...wrong,
    ...extra.map((key) => complain('read models', table, key, 'the row is of nothing in the log')),
  ]
}

function compareRebuilt(table: string, kept: readonly Row[], rebuilt: readonly Row[]): Complaint[] {
  const [before, after] = [byKey(kept), byKey(rebuilt)]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [one, other] = [before.get(key), after.get(key)]
    if (isDeepStrictEqual(one, other)) return []
    const columns = Object.keys({ ...one, ...other })
    const differing = columns.filter((column) => !isDeepStrictEqual(one?.[column], other?.[column]))
    const says = differing
      .map((name) => `${name} ${show(one?.[name])}, rebuilt ${show(other?.[name])}`)
      .join('; ')
    return [complain('rebuild', table, key, says)]
  })
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
