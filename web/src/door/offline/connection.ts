/** Longest wait for an answer while guests wait, in milliseconds; pretix's scanner has the same. */
export const PATIENCE_MS = 3_000

/** Errors in a row after which the device goes on alone. */
const ERRORS = 3

/** How a call to the server ended. */
export type CallEnd =
  /** The server decided something: also that it refuses. */
  | 'answered'
  /** Nothing came in time. */
  | 'silent'
  /** Nothing that helps: no network, a proxy's page, a fault of the server, too many requests. */
  | 'failed'
  /** Something on this device, which says nothing of the server. */
  | 'unrelated'

/** Whether the server is asked: the device decides by itself after silence, after errors in a row, or when told so. */
export class Connection {
  #errors = 0
  #online: boolean
  readonly #changed: (online: boolean) => void

  /** @param online what the browser says at the start */
  constructor(online: boolean, changed: (online: boolean) => void) {
    this.#online = online
    this.#changed = changed
  }

  get online(): boolean {
    return this.#online
  }

  ended(how: CallEnd): void {
    if (how === 'answered') {
      this.#errors = 0
      this.#become(true)
      return
    }
    if (how === 'unrelated') return
    this.#errors = how === 'silent' ? ERRORS : this.#errors + 1
    if (this.#errors >= ERRORS) this.#become(false)
  }

  /** The browser says that there is no network. That there is one proves nothing: an answer does. */
  lostNetwork(): void {
    this.#become(false)
  }

  #become(online: boolean): void {
    if (this.#online === online) return
    this.#online = online
    this.#changed(online)
  }
}
