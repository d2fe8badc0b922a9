import { CsvError, parse } from 'csv-parse/sync'
import type { Delimiter } from './delimiter.ts'

/** Records between two breaths: 5 ms of reading here, so that a large file does not hold up the openings of guests. */
const BLOCK = 500

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

export type CsvRecord =
  /** `row` as a spreadsheet numbers it: one for each record, blank ones included, however many lines a record has. */
  | { readonly row: number; readonly cells: readonly string[] }
  /** A quotation mark is wrong here. Reading goes on at the next line. */
  | { readonly row: number; readonly cells: null; readonly line: string }

/**
 * Reads the records of a CSV file in blocks. Bad quotation marks are forgiven where the line makes sense alone
 * (`Ann "Annie" Lee`), and cost one line where it does not, never the rest of the file.
 * @param utf8 without a byte order mark
 */
export function* readRecords(utf8: Buffer, delimiter: Delimiter): Generator<readonly CsvRecord[]> {
  let offset = 0
  let row = 1
  while (offset < utf8.length) {
    const { records, bytes, failed } = parseBlock(utf8.subarray(offset), delimiter)
    const block: CsvRecord[] = records.map((cells) => ({ row: row++, cells }))
    offset += bytes
    if (failed) {
      const end = endOfLine(utf8, offset)
      const line = utf8.subarray(offset, end)
      const cells = parseLine(line, delimiter)
      block.push(
        cells === null ? { row: row++, cells, line: line.toString('utf8').trimEnd() } : { row: row++, cells },
      )
      offset = end
    }
    yield block
  }
}

const optionsFor = (delimiter: Delimiter) => ({
  delimiter,
  // All of them, not the first one found: files that were edited on several systems mix them.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
})

function parseBlock(
  bytes: Buffer,
  delimiter: Delimiter,
): { records: string[][]; bytes: number; failed: boolean } {
  const records: string[][] = []
  let consumed = 0
  const keep = (record: string[], info: { bytes: number }) => {
    records.push(record)
    consumed = info.bytes
    return null
  }
  try {
    parse(bytes, { ...optionsFor(delimiter), to: BLOCK, on_record: keep })
    // The parser leaves out a blank end of the file, which is no record.
    return { records, bytes: records.length < BLOCK ? bytes.length : consumed, failed: false }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { records, bytes: consumed, failed: true }
  }
}

function parseLine(line: Buffer, delimiter: Delimiter): string[] | null {
  try {
    const [record] = parse(line, { ...optionsFor(delimiter), relax_quotes: true })
    return record ?? ['']
  } catch (error) {
    if (error instanceof CsvError) return null
    throw error
  }
}

/** @returns the offset after the line break of the line at `from` */
function endOfLine(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === LINE_FEED) return i + 1
    if (bytes[i] === CARRIAGE_RETURN) return bytes[i + 1] === LINE_FEED ? i + 2 : i + 1
  }
  return bytes.length
}
