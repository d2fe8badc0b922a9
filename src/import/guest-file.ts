import { setImmediate as breathe } from 'node:timers/promises'
import { DomainError } from '../kernel/errors.ts'
import { recogniseColumns, type Columns } from './columns.ts'
import { detectDelimiter } from './delimiter.ts'
import { SeenGuests } from './duplicates.ts'
import { readGuestRow, type GuestRow, type Rejection } from './guest-row.ts'
import { readRecords, type CsvRecord } from './records.ts'
import { decodeText } from './text.ts'
import { whyColumn, withoutColumn } from './why-column.ts'

export type { GuestRow, Rejection } from './guest-row.ts'

/** The largest event of this product many times over; 50,000 rows of 20 MB take 0.7 s here. */
export const MAX_GUEST_ROWS = 50_000

/** Bytes at the beginning of the file that the delimiter is guessed from. */
const SAMPLE_BYTES = 64 * 1024

export interface GuestFileOptions {
  /** ISO 3166-1 alpha-2: country of phone numbers that do not say theirs. Without it they are rejected. */
  readonly defaultRegion?: string
}

export interface GuestFile {
  /** The good rows, in the order of the file. */
  readonly rows: readonly GuestRow[]
  /** What is wrong with the others, in the order of the file; a row may be here several times. */
  readonly rejected: readonly Rejection[]
  /** Recognised fields with the header of their column; a name in parts is `firstName` and `lastName`. */
  readonly columns: Readonly<Record<string, string>>
  /** Sentences about the file as a whole. */
  readonly warnings: readonly string[]
}

/**
 * Reads a guest list as spreadsheets and other event tools export it. Pure but for pauses: it lets other work run
 * between blocks of rows, because a guest who opens an invitation meanwhile is not to wait for it.
 * @param bytes the file; bounding its size is up to the caller, and about four times as much memory is used
 * @throws DomainError `file_empty`, `file_not_csv`, `no_name_column`, `no_guests`, `too_many_rows`
 */
export async function parseGuestFile(bytes: Uint8Array, options: GuestFileOptions = {}): Promise<GuestFile> {
  const { utf8, guessed } = decodeText(bytes)
  const { delimiter, skip } = detectDelimiter(utf8.toString('utf8', 0, SAMPLE_BYTES))
  const list = new GuestList(options.defaultRegion)
  for (const block of readRecords(utf8.subarray(skip), delimiter)) {
    for (const record of block) list.add(record)
    await breathe()
  }
  return list.finish(guessed)
}

class GuestList {
  private readonly rows: GuestRow[] = []
  private readonly rejected: Rejection[] = []
  private readonly seen = new SeenGuests()
  private readonly defaultRegion: string | undefined
  private columns: Columns | undefined
  private why = -1
  private count = 0
  private short = { count: 0, first: 0 }

  constructor(defaultRegion: string | undefined) {
    this.defaultRegion = defaultRegion
  }

  add({ row, cells: all }: CsvRecord): void {
    if (this.columns === undefined) this.why = whyColumn(all ?? [])
    const cells = all && withoutColumn(all, this.why)
    if (cells?.every((cell) => cell.trim() === '') === true) return
    if (this.columns === undefined) {
      this.columns = recogniseColumns(cells ?? [])
      return
    }
    this.count += 1
    if (this.count > MAX_GUEST_ROWS) throw tooManyRows()
    if (cells === null) this.reject(row, 'row', 'has a quotation mark that opens and never closes')
    else this.addRow(row, cells, this.columns)
  }

  private addRow(row: number, cells: readonly string[], columns: Columns): void {
    const filled = cells.findLastIndex((cell) => cell.trim() !== '') + 1
    if (filled > columns.count) {
      const message = `has ${String(filled)} cells, and the header has ${String(columns.count)}; a cell with the delimiter in it needs quotation marks`
      this.reject(row, 'row', message)
      return
    }
    // Some programs leave empty cells out at the end of a row, so a short row is not a broken one.
    if (cells.length < columns.count) {
      this.short = { count: this.short.count + 1, first: this.short.first || row }
    }
    const reading = readGuestRow(row, cells, columns, this.defaultRegion)
    const faults = reading.ok ? this.seen.check(reading.guest) : reading.faults
    this.rejected.push(...faults)
    if (reading.ok && faults.length === 0) this.rows.push(reading.guest)
  }

  private reject(row: number, field: string, message: string): void {
    this.rejected.push({ row, field, message })
  }

  /** @param guessed as of `decodeText` */
  finish(guessed: boolean): GuestFile {
    if (this.columns === undefined) throw new DomainError('invalid', 'file_empty', 'The file is empty.')
    if (this.count === 0) {
      throw new DomainError(
        'invalid',
        'no_guests',
        'The file has a row of column names and no guests below it.',
      )
    }
    const warnings = [...(guessed ? [encodingWarning(this.rows)] : []), ...this.columns.warnings]
    if (this.short.count > 0) {
      const { count, first } = this.short
      const rows =
        count === 1
          ? `Row ${String(first)} has`
          : `${String(count)} rows, the first is ${String(first)}, have`
      warnings.push(`${rows} fewer cells than the header; the missing cells were taken as empty.`)
    }
    return { rows: this.rows, rejected: this.rejected, columns: this.columns.headers, warnings }
  }
}

/** What was guessed can be judged at a name that the guess was needed for: it is shown as it was read. */
function encodingWarning(rows: readonly GuestRow[]): string {
  const telling = rows.find(({ name }) => /[^\0-\x7f]/.test(name))
  const look =
    telling === undefined
      ? 'Should accents be wrong in your list'
      : `Row ${String(telling.row)} is read as "${telling.name}"; if that is wrong`
  return `The file is not UTF-8 and was read as Windows-1252. ${look}, save the file as "CSV UTF-8" and choose it again.`
}

function tooManyRows(): DomainError {
  const most = MAX_GUEST_ROWS.toLocaleString('en')
  return new DomainError(
    'too_large',
    'too_many_rows',
    `The file has more than ${most} guests. Split it and import the parts one after the other.`,
    { extras: { limit: MAX_GUEST_ROWS } },
  )
}
