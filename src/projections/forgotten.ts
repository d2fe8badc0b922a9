import { ERASED } from '../events/fact.ts'
import type { Decoded } from '../eventstore/log.ts'
import type { Db, PoolClient } from '../postgres/pool.ts'
import { guestKey, guestRefOf } from './projection.ts'

/**
 * The guests who were forgotten. Between the fact GuestForgotten and the deletion of the key other facts of that guest
 * can still be opened; what they hold is dropped here, before any projection sees it.
 */
export class Forgotten {
  readonly #guests: Set<string>

  private constructor(guests: Iterable<string>) {
    this.#guests = new Set(guests)
  }

  static async load(db: Db): Promise<Forgotten> {
    const { rows } = await db.query<{ guest: string }>('SELECT guest FROM projections.forgotten')
    return new Forgotten(rows.map((row) => row.guest))
  }

  /** @returns the same facts, without the personal part of those whose guest was forgotten here or earlier */
  redact(batch: readonly Decoded[]): readonly Decoded[] {
    for (const guest of forgottenIn(batch)) this.#guests.add(guest)
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
    const guests = forgottenIn(batch)
    if (guests.length === 0) return
    await client.query('INSERT INTO projections.forgotten SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      guests,
    ])
  }
}

function forgottenIn(batch: readonly Decoded[]): string[] {
  return batch.flatMap((one) => {
    if (!one.ok || one.fact.type !== 'GuestForgotten') return []
    const ref = guestRefOf(one.fact.stream, one.fact.data)
    return ref === null ? [] : [guestKey(ref.event_id, ref.guest_id)]
  })
}
