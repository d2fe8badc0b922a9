/** Most letters that a mistyped word may be off by, as a share of its length. */
const TOLERANCE = 0.4

/** @returns the known word that was probably meant, undefined when none is near */
export function suggestionFor(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, distance: distanceBetween(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= Math.ceil(one.length * TOLERANCE))
    .toSorted((a, b) => a.distance - b.distance)
  return nearest?.one
}

/** @returns ` Did you mean x?`, empty when no known word is near */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = suggestionFor(word, known)
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

/** Letters to put in, take out or change (Levenshtein), one row of the table at a time. */
export function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [line, letter] of Array.from(a).entries()) {
    const next = [line + 1]
    for (const [column, other] of Array.from(b).entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
