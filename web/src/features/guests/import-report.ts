import type { ImportReport } from '@contracts/guests.ts'

type Rejected = ImportReport['rejected']

/** The fields of a guest that a column can fill, as the API names them. */
export const importFields = [
  'name',
  'firstName',
  'middleName',
  'lastName',
  'email',
  'phone',
  'plusOnesAllowed',
  'externalRef',
  'utmSource',
] as const

export type ImportField = (typeof importFields)[number]

export const isImportField = (name: string): name is ImportField =>
  (importFields as readonly string[]).includes(name)

/** The recognised columns: a header of the file and the field it fills. */
export const recognised = (columns: ImportReport['columns']): { header: string; field: string }[] =>
  Object.entries(columns).map(([field, header]) => ({ header, field }))

/** A cell that a spreadsheet neither breaks nor runs: quoted, and a leading formula sign made harmless. */
const cell = (text: string): string =>
  `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

/** The rejected rows as CSV (RFC 4180). The mark at the start makes Excel read it as UTF-8. */
export function reportCsv(rejected: Rejected, header: [string, string, string]): string {
  const rows = [header, ...rejected.map(({ row, field, message }) => [String(row), field, message])]
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
