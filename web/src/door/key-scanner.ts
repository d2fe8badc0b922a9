/** Longest pause between two characters of a scanner, in milliseconds. Fast typists have pauses of 80 ms and more. */
const PAUSE_MS = 60

/** Shorter texts are somebody at the keyboard. */
const SHORTEST = 6

/**
 * Tells a scanner that types (wired or over Bluetooth) from a person: its characters come in a rush and end with Enter.
 */
export class KeyScanner {
  #text = ''
  #last = 0

  /**
   * @param at milliseconds, of any clock
   * @returns what was scanned, when the key was the Enter after a rush; null otherwise
   */
  press(key: string, at: number): string | null {
    const inRush = at - this.#last <= PAUSE_MS
    this.#last = at
    if (key === 'Enter') {
      const text = inRush ? this.#text : ''
      this.#text = ''
      return text.length >= SHORTEST ? text : null
    }
    // Shift and the like come between the characters.
    if (key.length === 1) this.#text = inRush ? this.#text + key : key
    return null
  }
}
