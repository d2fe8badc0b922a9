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

/** What the API calls a heading here: that of the column in the file, or null where the fault is not one column's. */
export const headingOf = (report: ImportReport, field: string): string | null => report.columns[field] ?? null

/** What stands in the cell that was rejected; empty where the fault is not one column's. */
export function valueOf(report: ImportReport, { row, field }: Rejected[number]): string {
  const heading = headingOf(report, field)
  const at = heading === null ? -1 : report.header.findIndex((cell) => cell.trim() === heading)
  return report.rejectedRows.find((one) => one.row === row)?.cells[at] ?? ''
}

/** Heading by which an import knows the column that is not part of the list. */
const WHY = 'Why'

/**
 * The rejected rows as CSV (RFC 4180), as they stood in the file and with what is wrong behind them: to be corrected and
 * imported again. The mark at the start makes Excel read it as UTF-8.
 * @param wordFor what a field without a column of its own is called
 */
export function rejectedCsv(report: ImportReport, wordFor: (field: string) => string): string {
  const reasons = new Map<number, string[]>()
  for (const { row, field, message } of report.rejected) {
    const reason = `${headingOf(report, field) ?? wordFor(field)} ${message}`
    reasons.set(row, [...(reasons.get(row) ?? []), reason])
  }
  const width = Math.max(report.header.length, ...report.rejectedRows.map(({ cells }) => cells.length))
  const padded = (cells: readonly string[]) => Array.from({ length: width }, (_, at) => cells[at] ?? '')
  const rows = [
    [...padded(report.header), WHY],
    ...report.rejectedRows.map(({ row, cells }) => [...padded(cells), (reasons.get(row) ?? []).join('; ')]),
  ]
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
