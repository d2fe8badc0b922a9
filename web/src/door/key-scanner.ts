/**
 * Longest pause between two characters, in milliseconds. Scanners need 1 to 20; a slow phone may take some time to look. Who
 * types a code by hand without looking for a field is understood as well.
 */
const PAUSE_MS = 500

/** Shorter texts are keys that were hit for something else. */
const SHORTEST = 6

/** Understands a scanner that types (wired or over Bluetooth): its characters come in a rush and end with Enter. */
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
