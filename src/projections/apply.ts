import type { Fact } from '../events/registry.ts'
import { specOf } from '../events/registry.ts'
import type { Decoded } from '../eventstore/log.ts'
import type { Position, StoredRecord } from '../eventstore/port.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { describe, placeOf, unitOf, waitsIn, type DeadLetter } from './dead-letters.ts'
import { foldAhead, FoldFailure, foldFacts, touchedKeys } from './fold.ts'
import { handles, type Projection } from './projection.ts'
import { loadRows, rewriteRows, writeRows } from './tables.ts'

/** One set of tables that facts are applied to. */
export interface Target {
  readonly projection: Projection
  readonly schema: string
}

/** @returns whether a projection has to see a record: it handles the type, or nobody knows what the type is */
export function concerns(projection: Projection, type: string): boolean {
  return handles(projection, type) || specOf(type) === undefined
}

export function concernsAny(targets: readonly Target[], { type }: StoredRecord): boolean {
  return targets.some(({ projection }) => concerns(projection, type))
}

/** How facts come into the rows of a table, and those into the database. */
interface Way {
  readonly fold: typeof foldFacts
  readonly write: typeof writeRows
}

const IN_ORDER: Way = { fold: foldFacts, write: writeRows }
const AHEAD: Way = { fold: foldAhead, write: rewriteRows }

/**
 * Applies facts, in log order, to the tables of one projection: one read and one write a table, however many facts.
 * @returns the events whose live feed has something new
 * @throws FoldFailure, or the error of PostgreSQL; the transaction is of no use then
 */
export async function applyFacts(
  client: PoolClient,
  { projection, schema }: Target,
  facts: readonly Fact[],
  { fold, write }: Way = IN_ORDER,
): Promise<Set<string>> {
  const events = new Set<string>()
  for (const table of projection.tables) {
    const touched = touchedKeys(table, facts)
    if (touched.keys.size + touched.prefixes.size === 0) continue
    const rows = await loadRows(client, schema, table, touched)
    const changed = fold(table, rows, facts)
    const written = [...changed].flatMap((key) => {
      const row = rows.get(key)
      return row === undefined ? [] : [[key, row] as const]
    })
    await write(client, schema, table, written)
    if (table.name !== projection.announces) continue
    for (const [, { row }] of written) {
      const eventId = row['event_id']
      if (typeof eventId === 'string') events.add(eventId)
    }
  }
  return events
}

/** @returns whether somebody is forgotten by it: that waits for nothing */
export const forgets = (one: Decoded): boolean => one.ok && one.fact.type === 'GuestForgotten'

/** What became of a batch that may hold facts that cannot be applied. */
export interface Applied {
  readonly events: ReadonlySet<string>
  readonly letters: readonly DeadLetter[]
  readonly parked: ReadonlyMap<string, Position>
}

/**
 * One batch for one target: what can be applied is, what cannot is parked with all that follows it in its unit. Who is
 * forgotten by a fact that waits leaves the tables with this batch: it clears what there is now, and comes once more when
 * those before it are applied, of which the personal part is dropped by then (see `Forgotten`).
 * `careful` finds the facts that fail by halving the batch; without it a failure is thrown, at no cost when there is none.
 */
export class BatchForTarget {
  readonly #client: PoolClient
  readonly #target: Target
  readonly #careful: boolean
  readonly #parked: Map<string, Position>
  readonly #letters = new Map<Position, DeadLetter>()
  readonly #events = new Set<string>()
  /** Facts that wait, by which somebody is forgotten. */
  readonly #forgetting = new Set<Fact>()

  constructor(client: PoolClient, target: Target, parked: ReadonlyMap<string, Position>, careful: boolean) {
    this.#client = client
    this.#target = target
    this.#careful = careful
    this.#parked = new Map(parked)
  }

  async apply(batch: readonly Decoded[]): Promise<Applied> {
    const facts: Fact[] = []
    for (const one of batch) {
      if (this.#setAside(one)) continue
      if (one.ok) facts.push(one.fact)
      else this.#park(one, one.error)
    }
    if (this.#careful) await this.#applySome(facts)
    else for (const event of await applyFacts(this.#client, this.#target, facts)) this.#events.add(event)
    for (const fact of this.#forgetting) await this.#forgetAhead(fact)
    return { events: this.#events, letters: [...this.#letters.values()], parked: this.#parked }
  }

  /** Puts a record that belongs to a parked unit with those that wait. */
  #setAside(one: Decoded): boolean {
    const { position, stream, revision, type, data } = placeOf(one)
    const unit = waitsIn(this.#parked, { position, stream, data }, this.#target.projection)
    if (unit === undefined) return false
    if (one.ok && forgets(one)) this.#forgetting.add(one.fact)
    if (!this.#letters.has(position)) {
      this.#letters.set(position, { position, unit, stream, revision, type, error: null })
    }
    return true
  }

  #park(one: Decoded, error: unknown): void {
    const { position, stream, revision, type, data } = placeOf(one)
    const unit = unitOf({ position, stream, data }, this.#target.projection)
    this.#parked.set(unit, position)
    this.#letters.set(position, { position, unit, stream, revision, type, error: describe(error) })
  }

  async #forgetAhead(fact: Fact): Promise<void> {
    await this.#client.query('SAVEPOINT forgetting')
    try {
      for (const event of await applyFacts(this.#client, this.#target, [fact], AHEAD)) this.#events.add(event)
      await this.#client.query('RELEASE SAVEPOINT forgetting')
    } catch (error) {
      if (!isPoison(error)) throw error
      await this.#client.query('ROLLBACK TO SAVEPOINT forgetting')
      const letter = this.#letters.get(fact.position)
      if (letter !== undefined) this.#letters.set(fact.position, { ...letter, error: describe(error) })
    }
  }

  async #applySome(facts: readonly Fact[]): Promise<void> {
    const pending = facts.filter((fact) => !this.#setAside({ ok: true, fact }))
    if (pending.length === 0) return
    await this.#client.query('SAVEPOINT projection')
    try {
      for (const event of await applyFacts(this.#client, this.#target, pending)) this.#events.add(event)
      await this.#client.query('RELEASE SAVEPOINT projection')
    } catch (error) {
      const poison = error instanceof FoldFailure ? error.fact : pending.length === 1 ? pending[0] : undefined
      if (!isPoison(error)) throw error
      await this.#client.query('ROLLBACK TO SAVEPOINT projection')
      if (poison !== undefined) {
        this.#park({ ok: true, fact: poison }, error)
        await this.#applySome(pending)
        return
      }
      const middle = Math.ceil(pending.length / 2)
      await this.#applySome(pending.slice(0, middle))
      await this.#applySome(pending.slice(middle))
    }
  }
}

/**
 * SQLSTATE classes that speak of the values of a statement (21 cardinality, 22 data, 23 constraint, 54 limits), and not
 * of the server or the connection. Source: PostgreSQL 18, appendix A.
 */
const VALUES_AT_FAULT = /^(21|22|23|54)/

/** @returns whether doing it again would fail again, because of the facts */
export function isPoison(error: unknown): boolean {
  if (error instanceof FoldFailure) return true
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return VALUES_AT_FAULT.test(error.code)
}
