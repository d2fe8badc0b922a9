import { setImmediate as breathe } from 'node:timers/promises'
import { detectDelimiter } from './delimiter.ts'
import { readRecords } from './records.ts'
import { decodeText } from './text.ts'
import { whyColumn, withoutColumn } from './why-column.ts'

/** Bytes at the beginning of the file that the delimiter is guessed from. */
const SAMPLE_BYTES = 64 * 1024

export interface OriginalRows {
  readonly header: readonly string[]
  /** In the order of the file. */
  readonly rows: readonly { readonly row: number; readonly cells: readonly string[] }[]
}

/**
 * Reads rows of a guest list as they stand in the file, to be corrected by a person. Pauses between blocks, as the reading
 * of the guests does.
 * @param wanted numbers of the rows, the header being row 1
 */
export async function originalRows(bytes: Uint8Array, wanted: ReadonlySet<number>): Promise<OriginalRows> {
  const { utf8 } = decodeText(bytes)
  const { delimiter, skip } = detectDelimiter(utf8.toString('utf8', 0, SAMPLE_BYTES))
  const rows: { row: number; cells: readonly string[] }[] = []
  let header: readonly string[] | undefined
  let why = -1
  for (const block of readRecords(utf8.subarray(skip), delimiter)) {
    for (const record of block) {
      // Its quotation mark never closes: without it the row is what was meant, or at least one line of text.
      const cells = record.cells ?? record.line.replaceAll('"', '').split(delimiter)
      if (header === undefined && cells.some((cell) => cell.trim() !== '')) {
        why = whyColumn(cells)
        header = withoutColumn(cells, why)
      } else if (wanted.has(record.row)) rows.push({ row: record.row, cells: withoutColumn(cells, why) })
    }
    await breathe()
  }
  return { header: header ?? [], rows }
}
