import { keyOf } from './code.ts'

/** One reading of a code: what makes an arrival the same arrival when it is sent again. */
export interface Scan {
  readonly code: string
  readonly nonce: string
  /** ISO 8601, by the clock of this device. */
  readonly scannedAt: string
}

/** An arrival that was sent and of which nobody knows whether it was recorded. */
export interface UnrecordedArrival {
  readonly scan: Scan
  readonly count: number
  readonly name: string | null
}

/**
 * The scans of this device. A scan whose arrival was sent without an answer keeps its nonce, its time and its count
 * until the server has answered, however often the code is read in between: sent again it is the same arrival.
 */
export class Scans {
  readonly #makeNonce: () => string
  readonly #unrecorded = new Map<string, UnrecordedArrival>()

  /** @param makeNonce gives a new unique nonce */
  constructor(makeNonce: () => string) {
    this.#makeNonce = makeNonce
  }

  /** @param now milliseconds since the epoch */
  read(code: string, now: number): Scan {
    const open = this.unrecordedOf(code)
    return open?.scan ?? { code, nonce: this.#makeNonce(), scannedAt: new Date(now).toISOString() }
  }

  unrecordedOf(code: string): UnrecordedArrival | null {
    return this.#unrecorded.get(keyOf(code)) ?? null
  }

  lost(arrival: UnrecordedArrival): void {
    this.#unrecorded.set(keyOf(arrival.scan.code), arrival)
  }

  answered(scan: Scan): void {
    this.#unrecorded.delete(keyOf(scan.code))
  }

  get unrecorded(): readonly UnrecordedArrival[] {
    return [...this.#unrecorded.values()]
  }
}

/** A code that is held before the reader is read several times a second; within this it is the same reading. */
export const SAME_READING_MS = 3_000

/** Remembers what the newest code came to. */
export class NewestReading<T> {
  #newest: { key: string; at: number; outcome: T } | null = null

  keep(code: string, outcome: T, now: number): void {
    this.#newest = { key: keyOf(code), at: now, outcome }
  }

  forget(): void {
    this.#newest = null
  }

  /** @returns what the same code came to less than 3 s ago, null for any other code or later */
  again(code: string, now: number): T | null {
    const newest = this.#newest
    return newest !== null && newest.key === keyOf(code) && now - newest.at < SAME_READING_MS
      ? newest.outcome
      : null
  }
}
