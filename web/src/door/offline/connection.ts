/** Longest wait for an answer while guests wait, in milliseconds; pretix's scanner has the same. */
export const PATIENCE_MS = 3_000

/** Errors in a row after which the device goes on alone. */
const ERRORS = 3

/** How a call to the server ended. */
export type CallEnd =
  /** The server decided something: also that it refuses. */
  | 'answered'
  /** Nobody: nothing came in time, or there was no way to the server. */
  | 'silent'
  /** Nothing that helps: a proxy's page, a fault of the server, too many requests. */
  | 'failed'
  /** Something on this device, which says nothing of the server. */
  | 'unrelated'

/** `connecting`: the server is asked and has not answered since the start, so that nobody knows yet. */
export type Link = 'connecting' | 'online' | 'offline'

/** Whether the server is asked: the device decides by itself after silence, after errors in a row, or when told so. */
export class Connection {
  #errors = 0
  #link: Link
  readonly #changed: (link: Link) => void

  /** @param online what the browser says at the start */
  constructor(online: boolean, changed: (link: Link) => void) {
    this.#link = online ? 'connecting' : 'offline'
    this.#changed = changed
  }

  get link(): Link {
    return this.#link
  }

  /** Whether the server is asked. */
  get online(): boolean {
    return this.#link !== 'offline'
  }

  ended(how: CallEnd): void {
    if (how === 'answered') {
      this.#errors = 0
      this.#become('online')
      return
    }
    if (how === 'unrelated') return
    this.#errors = how === 'silent' ? ERRORS : this.#errors + 1
    if (this.#errors >= ERRORS) this.#become('offline')
  }

  /** The browser says that there is no network. That there is one proves nothing: an answer does. */
  lostNetwork(): void {
    this.#become('offline')
  }

  #become(link: Link): void {
    if (this.#link === link) return
    this.#link = link
    this.#changed(link)
  }
}
