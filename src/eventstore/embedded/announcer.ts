import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../port.ts'

/** The channel that tells other processes how far the log has come; the payload is `<origin>:<position>`. */
export const CHANNEL = 'eventstore'

/** Between two announcements, in milliseconds. */
const PAUSE = 20

/**
 * Tells other processes how far this one has brought the log: at once, and while it goes on, every `PAUSE`. Not with each
 * append, because a notification wakes every connection of the database that listens, to whatever it listens.
 */
export class Announcer {
  readonly #announce: (position: Position) => Promise<unknown>
  #untold: Position | undefined
  #telling: Promise<void> | undefined

  /** @param announce whoever misses an announcement finds out by its next look, so it may fail */
  constructor(announce: (position: Position) => Promise<unknown>) {
    this.#announce = announce
  }

  /** @param position the log is written up to here */
  reached(position: Position): void {
    this.#untold = position
    this.#telling ??= this.#tell()
  }

  /** Resolves when everything was told. */
  async idle(): Promise<void> {
    await this.#telling
  }

  async #tell(): Promise<void> {
    while (this.#untold !== undefined) {
      const position = this.#untold
      this.#untold = undefined
      await this.#announce(position).catch(() => undefined)
      await sleep(PAUSE)
    }
    this.#telling = undefined
  }
}
