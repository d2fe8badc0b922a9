import { emailKey } from './contact.ts'
import type { GuestRow, Rejection } from './guest-row.ts'

/** Remembers the guests of a file by what tells people apart. */
export class SeenGuests {
  private readonly rows = {
    email: new Map<string, number>(),
    phone: new Map<string, number>(),
    externalRef: new Map<string, number>(),
  }

  /** @returns what this row shares with earlier ones; none, and the row is remembered */
  check(guest: GuestRow): readonly Rejection[] {
    const keys = [
      ['email', guest.email === null ? null : emailKey(guest.email)],
      ['phone', guest.phone],
      ['externalRef', guest.externalRef],
    ] as const
    const faults = keys.flatMap(([field, key]): Rejection[] => {
      const earlier = key === null ? undefined : this.rows[field].get(key)
      return earlier === undefined
        ? []
        : [{ row: guest.row, field, message: `is the same as row ${String(earlier)}` }]
    })
    if (faults.length > 0) return faults
    for (const [field, key] of keys) if (key !== null) this.rows[field].set(key, guest.row)
    return []
  }
}
