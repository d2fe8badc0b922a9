import type { ChangeDetails, Invite } from '../commands/guest/commands.ts'
import type { GuestContact } from '../projections/queries/types.ts'
import { emailKey } from './contact.ts'
import type { GuestRow, Rejection } from './guest-row.ts'

export type PlannedRow =
  | {
      readonly kind: 'create'
      readonly row: GuestRow
      readonly invite: Omit<Invite, 'kind' | 'batchId'>
    }
  | {
      readonly kind: 'update'
      readonly row: GuestRow
      readonly guestId: string
      readonly changes: ChangeDetails['changes']
    }
  | {
      readonly kind: 'skip'
      readonly row: GuestRow
      readonly guestId: string
      /** Id of the command that changed the guest last, null for none. */
      readonly changedBy: string | null
    }

export interface ImportPlan {
  readonly rows: readonly PlannedRow[]
  /** Rows that match two different guests on the list, or the guest that an earlier row matches. */
  readonly ambiguous: readonly Rejection[]
}

/** Guests on the list by what identifies them. */
class Directory {
  private readonly byEmail = new Map<string, GuestContact>()
  private readonly byPhone = new Map<string, GuestContact>()
  private readonly byRef = new Map<string, GuestContact>()

  constructor(existing: readonly GuestContact[]) {
    for (const guest of existing) {
      if (guest.email !== null) this.byEmail.set(emailKey(guest.email), guest)
      if (guest.phone !== null) this.byPhone.set(guest.phone, guest)
      if (guest.externalRef !== null) this.byRef.set(guest.externalRef, guest)
    }
  }

  find({ email, phone, externalRef }: GuestRow): readonly GuestContact[] {
    const found = new Set<GuestContact>()
    const byRef = externalRef === null ? undefined : this.byRef.get(externalRef)
    const byEmail = email === null ? undefined : this.byEmail.get(emailKey(email))
    const byPhone = phone === null ? undefined : this.byPhone.get(phone)
    for (const guest of [byRef, byEmail, byPhone]) if (guest !== undefined) found.add(guest)
    return [...found]
  }
}

/**
 * Compares a file with the guest list: who is new, whose details differ, who is there already. A cell that the file
 * leaves empty never empties what the list knows.
 * @param existing guests on the list that share an address, number or reference with the rows
 */
export function planImport(rows: readonly GuestRow[], existing: readonly GuestContact[]): ImportPlan {
  const directory = new Directory(existing)
  const planned: PlannedRow[] = []
  const ambiguous: Rejection[] = []
  const matched = new Map<GuestContact, number>()
  for (const row of rows) {
    const [guest, other] = directory.find(row)
    const reject = (message: string) => ambiguous.push({ row: row.row, field: 'row', message })
    const earlier = guest === undefined ? undefined : matched.get(guest)
    if (guest === undefined) planned.push(creation(row))
    else if (other !== undefined)
      reject(`matches two guests: ${String(guest.name)} and ${String(other.name)}`)
    else if (earlier !== undefined) reject(`matches the same guest as row ${String(earlier)}`)
    else {
      matched.set(guest, row.row)
      planned.push(update(row, guest))
    }
  }
  return { rows: planned, ambiguous }
}

/**
 * What the id of a new guest is derived from. A retry sends the same file. Contacts would do worse: one guest's reference
 * may be another's address.
 */
export const identityOf = ({ row }: GuestRow): string => `row ${String(row)}`

function creation(row: GuestRow): PlannedRow {
  const { name, email, phone, externalRef, utmSource } = row
  return {
    kind: 'create',
    row,
    invite: { name, email, phone, externalRef, utmSource, plusOnesAllowed: row.plusOnesAllowed ?? 0 },
  }
}

function update(row: GuestRow, guest: GuestContact): PlannedRow {
  const told = Object.entries({
    name: row.name,
    email: row.email,
    phone: row.phone,
    externalRef: row.externalRef,
    utmSource: row.utmSource,
    plusOnesAllowed: row.plusOnesAllowed,
  }).filter(([, value]) => value !== null)
  const changes = Object.fromEntries(
    told.filter(([field, value]) => guest[field as keyof typeof guest] !== value),
  ) as ChangeDetails['changes']
  const { guestId, changedBy } = guest
  return Object.keys(changes).length === 0
    ? { kind: 'skip', row, guestId, changedBy }
    : { kind: 'update', row, guestId, changes }
}
