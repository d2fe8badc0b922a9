import { DomainError } from '../kernel/errors.ts'
import { HEADER_WORDS, UNCERTAIN_NAMES, type ColumnField } from './header-words.ts'

export interface Columns {
  /** Index of the column of each field that the file has. */
  readonly indexOf: Readonly<Partial<Record<ColumnField, number>>>
  /** The header of each of them, as it stands in the file. */
  readonly headers: Readonly<Record<string, string>>
  /** Cells of the header row, without empty ones at its end. */
  readonly count: number
  readonly warnings: readonly string[]
}

/**
 * Finds out which column is which.
 * @param header cells of the first row
 * @throws DomainError `no_name_column`
 */
export function recogniseColumns(header: readonly string[]): Columns {
  const keys = header.map(keyOf)
  const indexOf: Partial<Record<ColumnField, number>> = {}
  const warnings: string[] = []
  for (const [field, words] of Object.entries(HEADER_WORDS) as [ColumnField, readonly string[]][]) {
    const word = words.find((candidate) => keys.includes(candidate))
    if (word === undefined) continue
    indexOf[field] = keys.indexOf(word)
    if (keys.indexOf(word) !== keys.lastIndexOf(word)) {
      warnings.push(`Two columns are called "${cellText(header, keys.indexOf(word))}"; the first is used.`)
    }
  }
  resolveName(indexOf, keys)
  if (indexOf.name === undefined && indexOf.firstName === undefined && indexOf.lastName === undefined) {
    throw noNameColumn(header)
  }
  const headers = Object.fromEntries(
    Object.entries(indexOf).map(([field, index]) => [field, cellText(header, index)]),
  )
  const count = header.findLastIndex((cell) => cell.trim() !== '') + 1
  return { indexOf, headers, count, warnings }
}

/** "Prénom; Nom" and "Nombre; Apellidos": beside one half of the name, a column called just "name" is the other half. */
function resolveName(indexOf: Partial<Record<ColumnField, number>>, keys: readonly string[]): void {
  const { name, firstName, lastName } = indexOf
  if (name === undefined || !UNCERTAIN_NAMES.includes(keys[name] ?? '')) return
  if (firstName !== undefined && lastName === undefined) indexOf.lastName = name
  else if (lastName !== undefined && firstName === undefined) indexOf.firstName = name
  else return
  delete indexOf.name
}

/** Letters, digits, `+` and `#` only, in lower case and without accents: `E-mail 1 - Value` is `email1value`. */
function keyOf(header: string): string {
  return header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+#]/gu, '')
}

const cellText = (header: readonly string[], index: number) => (header[index] ?? '').trim()

function noNameColumn(header: readonly string[]): DomainError {
  const named = header.map((cell) => cell.trim()).filter((cell) => cell !== '')
  const found = named.slice(0, 30).map((cell) => `"${cell.slice(0, 60)}"`)
  // A list without a header would otherwise be told that its columns are called Ann and ann@example.com.
  const message = named.some((cell) => /^[^\s@]+@[^\s@]+$/.test(cell))
    ? 'The first row seems to be a guest already. Put a row with column names above it, such as: name, email, phone.'
    : `There is no column with the names of the guests. Call one of these "name": ${found.join(', ')}.`
  return new DomainError('invalid', 'no_name_column', message, { extras: { headers: named } })
}
