const CANDIDATES = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof CANDIDATES)[number]

/** Records that are looked at beside the header: enough to outvote a comma in somebody's title. */
const SAMPLE_RECORDS = 20

/** `sep=;` in the first line is how Excel is told the delimiter; Excel does not count it as a row. */
const SEP_LINE = /^sep=([,;|\t])(?:\r\n|\n|\r|$)/i

/**
 * @param sample the beginning of the file
 * @returns the delimiter, and how many characters of a `sep=` line come before the header
 */
export function detectDelimiter(sample: string): { delimiter: Delimiter; skip: number } {
  const told = SEP_LINE.exec(sample)
  if (told !== null) return { delimiter: told[1] as Delimiter, skip: told[0].length }
  const lines = delimitersPerRecord(sample)
  const [header, ...rows] = lines
  let best: { delimiter: Delimiter; agreeing: number; inHeader: number } | undefined
  for (const delimiter of CANDIDATES) {
    const inHeader = header?.get(delimiter) ?? 0
    if (inHeader === 0) continue
    const agreeing = rows.filter((row) => (row.get(delimiter) ?? 0) === inHeader).length
    const better =
      best === undefined ||
      agreeing > best.agreeing ||
      (agreeing === best.agreeing && inHeader > best.inHeader)
    if (better) best = { delimiter, agreeing, inHeader }
  }
  // A header of one column says nothing; then a comma is as good as any.
  return { delimiter: best?.delimiter ?? ',', skip: 0 }
}

/** Counts the candidates outside quotes, for the first records that are not blank. */
function delimitersPerRecord(sample: string): Map<string, number>[] {
  const records: Map<string, number>[] = []
  let counts = new Map<string, number>()
  let quoted = false
  let fieldStart = true
  let blank = true
  const endRecord = () => {
    if (!blank) records.push(counts)
    counts = new Map()
    blank = true
    fieldStart = true
  }
  for (const char of sample) {
    if (records.length > SAMPLE_RECORDS) break
    if (quoted) {
      // A doubled quote leaves and enters again, which comes to the same.
      if (char === '"') quoted = false
      continue
    }
    if (char === '\n' || char === '\r') {
      endRecord()
    } else if ((CANDIDATES as readonly string[]).includes(char)) {
      counts.set(char, (counts.get(char) ?? 0) + 1)
      fieldStart = true
      blank = false
    } else if (char === '"' && fieldStart) {
      quoted = true
      blank = false
    } else {
      if (char.trim() !== '') blank = false
      fieldStart = false
    }
  }
  endRecord()
  return records
}
