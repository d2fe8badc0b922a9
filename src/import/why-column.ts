/** Heading of the last column of a file of rejected rows: why the row was left out. It is no part of the list. */
const WHY = 'Why'

/** @returns the index of that column, -1 when the file is none of rejected rows */
export function whyColumn(header: readonly string[]): number {
  const last = header.findLastIndex((cell) => cell.trim() !== '')
  return header[last]?.trim() === WHY ? last : -1
}

/** @param index -1 for none */
export const withoutColumn = (cells: readonly string[], index: number): readonly string[] =>
  index === -1 ? cells : cells.filter((_, at) => at !== index)
