/** Sets rows in columns, two spaces apart; numbers, which begin with a digit, to the right. @returns one line a row */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const numeric = header.map((_, at) => rows.length > 0 && rows.every((row) => /^[\d-]/.test(row[at] ?? '')))
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, at) =>
        numeric[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [lineOf(header), ...rows.map(lineOf)]
}

const thousands = new Intl.NumberFormat('en-US')

export const numberText = (value: number | bigint): string => thousands.format(value)

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** Powers of 1,000, as disks are sold. */
export function bytesText(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`
}

/** One thing, several things. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${numberText(count)} ${count === 1 ? one : several}`
