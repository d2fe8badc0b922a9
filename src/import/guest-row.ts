import type { z } from 'zod'
import { addGuestBody } from '../contracts/guests.ts'
import type { Columns } from './columns.ts'
import { normaliseEmail, readPhone } from './contact.ts'
import type { ColumnField } from './header-words.ts'

/** A guest as a row of the file tells it. Null for what the row or the file does not say. */
export interface GuestRow {
  /** As a spreadsheet numbers it; the header is row 1. */
  readonly row: number
  readonly name: string
  readonly email: string | null
  /** E.164. */
  readonly phone: string | null
  readonly plusOnesAllowed: number | null
  readonly utmSource: string | null
  readonly externalRef: string | null
}

/** Why a row is left out; a row with several faults has several of these. Reads as a sentence: `<field> <message>`. */
export interface Rejection {
  readonly row: number
  readonly field: string
  readonly message: string
}

export type RowReading =
  | { readonly ok: true; readonly guest: GuestRow }
  | { readonly ok: false; readonly faults: readonly Rejection[] }

/** Google Contacts writes several values into one cell with this between them; the first is the preferred one. */
const GOOGLE_SEPARATOR = ' ::: '

/** @param defaultRegion country of phone numbers that do not say theirs */
export function readGuestRow(
  row: number,
  cells: readonly string[],
  columns: Columns,
  defaultRegion: string | undefined,
): RowReading {
  const faults: Rejection[] = []
  const fault = (field: string, message: string) => {
    faults.push({ row, field, message })
    return null
  }
  const cell = (field: ColumnField) => {
    const index = columns.indexOf[field]
    // Spreadsheets and files of rejected rows write it before what would be taken for a formula, such as +33 6 12.
    return index === undefined
      ? ''
      : (cells[index] ?? '')
          .trim()
          .replace(/^'(?=[=+\-@\t\r])/, '')
          .trim()
  }
  /** Checks a text with the rule of the API, so that a file takes exactly what `POST /guests` takes. */
  const checked = (field: 'name' | 'utmSource' | 'externalRef', text: string, formula: RegExp) => {
    if (formula.test(text))
      return fault(field, `begins with ${text.slice(0, 1)} like a formula of a spreadsheet`)
    const result = (addGuestBody.shape[field] as z.ZodType<string>).safeParse(text)
    if (result.success) return result.data
    for (const issue of result.error.issues) fault(field, issue.message)
    return null
  }
  const optional = <T>(text: string, read: (text: string) => T | null) => (text === '' ? null : read(text))

  const guest = {
    row,
    // No name begins with these; a name that does is code which some other spreadsheet might run one day.
    name: checked('name', nameOf(cell), /^[=@]/),
    email: optional(
      preferred(cell('email')),
      (text) => normaliseEmail(text) ?? fault('email', 'is not an e-mail address'),
    ),
    phone: optional(preferred(cell('phone')), (text) => {
      const reading = readPhone(text, defaultRegion)
      return reading.ok ? reading.e164 : fault('phone', reading.message)
    }),
    plusOnesAllowed: optional(
      cell('plusOnesAllowed'),
      (text) => plusOnesOf(text) ?? fault('plusOnesAllowed', 'is not a whole number from 0 to 20'),
    ),
    utmSource: optional(cell('utmSource'), (text) => checked('utmSource', text, /^=/)),
    externalRef: optional(cell('externalRef'), (text) => checked('externalRef', text, /^=/)),
  }
  const { name } = guest
  return faults.length > 0 || name === null ? { ok: false, faults } : { ok: true, guest: { ...guest, name } }
}

function nameOf(cell: (field: ColumnField) => string): string {
  const parts = [cell('firstName'), cell('middleName'), cell('lastName')].filter((part) => part !== '')
  return cell('name') || parts.join(' ')
}

const preferred = (text: string) => text.split(GOOGLE_SEPARATOR, 1)[0]?.trim() ?? ''

function plusOnesOf(text: string): number | null {
  if (!/^\+?\d{1,4}$/.test(text)) return null
  const result = addGuestBody.shape.plusOnesAllowed.safeParse(Number(text))
  return result.success ? (result.data ?? null) : null
}
