import { ERASED } from '../events/fact.ts'
import type { Decoded } from '../eventstore/log.ts'
import type { Position } from '../eventstore/port.ts'
import type { Db, PoolClient } from '../postgres/pool.ts'
import { guestKey, guestRefOf } from './projection.ts'

/**
 * The guests who were forgotten. Between the fact GuestForgotten and the deletion of the key other facts of that guest
 * can still be opened; what they hold is dropped here, before any projection sees it.
 */
export class Forgotten {
  readonly #guests: Set<string>
  #last: Position

  private constructor(guests: Iterable<string>, last: Position) {
    this.#guests = new Set(guests)
    this.#last = last
  }

  static async load(db: Db): Promise<Forgotten> {
    await db.query(
      `UPDATE projections.forgotten SET position = (SELECT max(checkpoint) FROM projections.generations)
       WHERE position IS NULL`,
    )
    const { rows } = await db.query<{ guest: string; position: string | null }>(
      'SELECT guest, position FROM projections.forgotten',
    )
    const last = rows.map(({ position }) => BigInt(position ?? 0n)).reduce(later, 0n)
    return new Forgotten(
      rows.map(({ guest }) => guest),
      last,
    )
  }

  /** Where the last of them was forgotten, as far as was loaded or redacted here; 0 when nobody was. */
  get last(): Position {
    return this.#last
  }

  /** @returns the same facts, without the personal part of those whose guest was forgotten here or earlier */
  redact(batch: readonly Decoded[]): readonly Decoded[] {
    for (const { guest, position } of forgottenIn(batch)) {
      this.#guests.add(guest)
      this.#last = later(this.#last, position)
    }
    if (this.#guests.size === 0) return batch
    return batch.map((one) => {
      if (!one.ok || !('personal' in one.fact) || one.fact.personal === ERASED) return one
      const ref = guestRefOf(one.fact.stream, one.fact.data)
      if (ref === null || !this.#guests.has(guestKey(ref.event_id, ref.guest_id))) return one
      return { ok: true, fact: { ...one.fact, personal: ERASED } }
    })
  }

  /** Keeps those of a batch, in the transaction that applies it. */
  async keep(client: PoolClient, batch: readonly Decoded[]): Promise<void> {
    const forgotten = forgottenIn(batch)
    if (forgotten.length === 0) return
    await client.query(
      `INSERT INTO projections.forgotten (guest, position)
       SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING`,
      [forgotten.map(({ guest }) => guest), forgotten.map(({ position }) => String(position))],
    )
  }
}

const later = (a: Position, b: Position): Position => (a > b ? a : b)

function forgottenIn(batch: readonly Decoded[]): { guest: string; position: Position }[] {
  return batch.flatMap((one) => {
    if (!one.ok || one.fact.type !== 'GuestForgotten') return []
    const ref = guestRefOf(one.fact.stream, one.fact.data)
    if (ref === null) return []
    return [{ guest: guestKey(ref.event_id, ref.guest_id), position: one.fact.position }]
  })
}
