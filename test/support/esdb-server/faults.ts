import { StoreUnavailable } from '../../../src/eventstore/port.ts'

type Moment = 'before' | 'after'

/** What a test can make go wrong on the server. */
export class Faults {
  /** A wrong expected revision is a failed call with trailers, as on some versions, instead of an answer. */
  conflictsAsErrors = false
  readonly #appends: Moment[] = []

  /** The next append fails as UNAVAILABLE, before or after it was done; several calls add up. */
  failAppend(moment: Moment): void {
    this.#appends.push(moment)
  }

  beforeAppend(): void {
    if (this.#appends[0] === 'before') this.#fail()
  }

  afterAppend(): void {
    if (this.#appends[0] === 'after') this.#fail()
  }

  #fail(): never {
    this.#appends.shift()
    throw new StoreUnavailable('the test wants the append to fail')
  }
}
