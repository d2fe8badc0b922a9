/**
 * Keeps the idempotency key of one write: the same content sent again carries the same key, so that an answer whose
 * response was lost is not counted twice. Other content, or the same after it was settled, gets a new key.
 */
export class RetryKey {
  readonly #makeKey: () => string
  #pending: { content: string; key: string } | null = null

  /** @param makeKey gives a new unique key */
  constructor(makeKey: () => string) {
    this.#makeKey = makeKey
  }

  keyFor(body: unknown): string {
    const content = JSON.stringify(body)
    if (this.#pending?.content !== content) this.#pending = { content, key: this.#makeKey() }
    return this.#pending.key
  }

  /** To be called once the server answered for certain, whatever it said. */
  settle(): void {
    this.#pending = null
  }
}
