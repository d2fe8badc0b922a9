import { SECOND } from '../kernel/time.ts'

/** Window of the rate, in seconds. */
const WINDOW = 10

/** Facts per second over the last seconds. */
export class RateMeter {
  readonly #counts = new Map<number, number>()

  add(count: number, now: number = Date.now()): void {
    const second = Math.floor(now / SECOND)
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count)
    for (const old of this.#counts.keys()) if (old <= second - WINDOW) this.#counts.delete(old)
  }

  /** @returns the mean of the last 10 s */
  perSecond(now: number = Date.now()): number {
    const second = Math.floor(now / SECOND)
    let sum = 0
    for (const [at, count] of this.#counts) if (at > second - WINDOW) sum += count
    return sum / WINDOW
  }
}
