import { BEGINNING, type Position } from '../port.ts'
import type { Connection } from './connection.ts'
import { logBackwards } from './reads.ts'
import { recordOf } from './record.ts'

/** Records looked at by the first call, and most by one call. */
const FIRST_LOOK = 32
const LONGEST_LOOK = 4_096

/** @returns the position of the last record of the log, which may be one of the server itself. */
export async function readEnd(connection: Connection): Promise<Position> {
  for await (const { event } of logBackwards(connection, undefined, 1)) {
    if (event !== undefined) return event.position.commit
  }
  return BEGINNING
}

/**
 * Knows the position of the last fact. After it come records of the server itself: a link to each fact, statistics every
 * 30 s. Whoever waits for a projection to reach the head must not wait for those. How far they were looked through is
 * remembered, so that on a store that was idle for a month only the first look is long.
 */
export class Head {
  #lookedUpTo = BEGINNING
  #lastFact = BEGINNING

  /** @returns the position of the last fact, `BEGINNING` when there is none. @throws StoreUnavailable */
  async read(connection: Connection): Promise<Position> {
    let end: Position | undefined
    let before: Position | undefined
    for (let look = FIRST_LOOK; ; look = Math.min(LONGEST_LOOK, look * 8)) {
      let seen = 0
      for await (const { event } of logBackwards(connection, before, look)) {
        if (event === undefined) continue
        seen += 1
        before = event.position.commit
        end ??= before
        if (before <= this.#lookedUpTo) return this.#remember(end, this.#lastFact)
        if (recordOf(event) !== undefined) return this.#remember(end, before)
      }
      if (seen < look) return this.#remember(end ?? BEGINNING, this.#lastFact)
    }
  }

  #remember(lookedUpTo: Position, lastFact: Position): Position {
    if (lookedUpTo > this.#lookedUpTo) this.#lookedUpTo = lookedUpTo
    if (lastFact > this.#lastFact) this.#lastFact = lastFact
    return this.#lastFact
  }
}
