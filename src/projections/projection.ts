import type { Fact, FactType } from '../events/registry.ts'
import { eventIdOf, eventOf, guestOf } from '../events/streams.ts'
import type { JsonValue } from '../eventstore/port.ts'

export type FactOfType<T extends FactType> = Extract<Fact, { type: T }>

/** Times are ISO 8601 in UTC with milliseconds, positions decimal text. */
export type Row = Readonly<Record<string, JsonValue>>

/** How facts of one type change rows of one table. Both functions are pure. */
export interface Fold<R, F extends Fact> {
  /** Key of the row that the fact is about. A key that ends in `/` stands for every row whose key begins with it. */
  readonly key: (fact: F) => string
  /**
   * @param row undefined when there is none yet; the facts of two streams about one row may come in either order
   * @returns the row as it is after the fact, undefined to have none
   */
  readonly evolve: (row: R | undefined, fact: F) => R | undefined
}

/**
 * One entry for every type of fact, null for one that changes nothing: a new type does not compile until decided.
 * `GuestForgotten` only clears: where facts before it wait, it is folded ahead of them, and once more after them.
 */
export type Folds<R> = { readonly [T in FactType]: Fold<R, FactOfType<T>> | null }

/** Columns of a further index, such as `event_id, position DESC`; with `where`, of those rows only. */
export type Index = string | { readonly columns: string; readonly where: string }

export interface TableSpec<R extends Row> {
  readonly name: string
  /** SQL type of each column, with `NOT NULL` where it holds. `key` and the positions are added by the runner. */
  readonly columns: { readonly [C in keyof R & string]: string }
  readonly indexes: readonly Index[]
  readonly folds: Folds<R>
}

/** A table whose row type is forgotten: what the runner works with. */
export interface Table {
  readonly name: string
  readonly columns: Readonly<Record<string, string>>
  readonly indexes: readonly Index[]
  readonly folds: ReadonlyMap<string, Fold<Row, Fact>>
}

/**
 * A read model: tables that are folded from the log, by the same code whether live or rebuilt. To change what it
 * makes of the facts, change it and raise `version`: the new tables are built beside the old.
 */
export interface Projection {
  /** Small letters and `_`; part of the name of its schema. */
  readonly name: string
  readonly version: number
  readonly tables: readonly Table[]
  /** Table with a column `event_id` whose changed rows are told to the live feed of their event. */
  readonly announces?: string
  /**
   * What waits with a fact that cannot be applied: what follows in its stream (default), or in its whole event, for a
   * projection with rows that several streams of an event change; such a row cannot take a fact after later ones.
   */
  readonly waitsBy?: 'stream' | 'event'
}

export function defineTable<R extends Row>(spec: TableSpec<R>): Table {
  const folds = Object.entries(spec.folds).filter(([, fold]) => fold !== null)
  return {
    name: spec.name,
    columns: spec.columns,
    indexes: spec.indexes,
    folds: new Map(folds as unknown as [string, Fold<Row, Fact>][]),
  }
}

export function handles(projection: Projection, type: string): boolean {
  return projection.tables.some((table) => table.folds.has(type))
}

/** ISO 8601 of the time of a fact. */
export const timeOf = (fact: Fact): string => new Date(fact.at).toISOString()

/** Keys begin with the event: an id that two events happen to share never makes them share a row. */
export const guestKey = (eventId: string, guestId: string): string => `${eventId}/${guestId}`

/** Key of an event: of a fact in any stream of it. */
export const eventKeyOf = (fact: Fact): string => eventIdOf(fact.stream)

export interface GuestRef {
  readonly event_id: string
  readonly guest_id: string
}

/** @returns the guest that a fact is about, also in the stream of all answers; null for a fact about nobody */
export function guestRefOf(stream: string, data: object): GuestRef | null {
  const found = eventOf(stream)
  if (found === null) return null
  const guestId = found.guestId ?? ('guestId' in data ? data.guestId : null)
  return typeof guestId === 'string' ? { event_id: found.eventId, guest_id: guestId } : null
}

/** The guest of a fact in a guest's stream, or of an answer. */
type AboutGuest = Fact & { readonly data: object }

export function guestColumns(fact: AboutGuest): GuestRef {
  return guestRefOf(fact.stream, fact.data) ?? asGuestStream(fact.stream)
}

function asGuestStream(stream: string): GuestRef {
  const { eventId, guestId } = guestOf(stream)
  return { event_id: eventId, guest_id: guestId }
}

export function guestKeyOf(fact: Fact): string {
  const { event_id, guest_id } = guestColumns(fact)
  return guestKey(event_id, guest_id)
}

/** Key of something that happened to a guest; all of one guest's share the prefix `guestKey + '/'`. */
export const itemKeyOf = (fact: Fact, itemId: string): string => `${guestKeyOf(fact)}/${itemId}`

/** Stands for all rows of the guest in a table keyed by `itemKeyOf`. */
export const allItemsOf = (fact: Fact): string => `${guestKeyOf(fact)}/`
