/** GSM 03.38, which a phone network uses for a text message that holds nothing else: 160 characters a segment, not 70. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
    'abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** These take two places. */
const EXTENDED = new Set('^{}\\[~]|€')

interface Size {
  /** In units of the encoding: septets, or UTF-16 code units. */
  readonly units: number
  readonly perSegment: number
}

function sizeOf(text: string): Size {
  let septets = 0
  for (const char of text) {
    if (BASIC.has(char)) septets += 1
    else if (EXTENDED.has(char)) septets += 2
    else return { units: text.length, perSegment: 70 }
  }
  return { units: septets, perSegment: 160 }
}

/** @returns whether the text is sent, and paid for, as one message */
export function isOneSegment(text: string): boolean {
  const { units, perSegment } = sizeOf(text)
  return units <= perSegment
}

/** Characters of a name below which it says nothing; a second segment is better then. */
const SHORTEST = 8

const graphemes = new Intl.Segmenter()
/** Letters as people count them: an accent or a family of emojis is not cut in two. */
const lettersOf = (name: string) => Array.from(graphemes.segment(name), ({ segment }) => segment)

const cut = (name: string, length: number) => {
  const letters = lettersOf(name)
  return letters.length <= length
    ? name
    : `${letters
        .slice(0, length - 2)
        .join('')
        .trimEnd()}..`
}

/**
 * Shortens the names in a text until it is one segment, always the longest; the rest of the text stays as it is.
 * @param write the text around the names
 * @returns the text with the names in full when that is one segment, or when no shortening makes it one
 */
export function oneSegment(names: readonly string[], write: (names: readonly string[]) => string): string {
  const longest = Math.max(...names.map((name) => lettersOf(name).length))
  for (let length = longest; length >= SHORTEST; length--) {
    const text = write(names.map((name) => cut(name, length)))
    if (isOneSegment(text)) return text
  }
  return write(names)
}
